package import MultitaskingCore
internal import MultitaskingSerialization
internal import Synchronization

// Calls that aren't tasks: what each process runs first and last, and what all of them are to run.

extension RemotePool {
    private static let initializerNumber: UInt64 = 1
    private static let finalizerNumber: UInt64 = 2
    private static let identityNumber: UInt64 = 3
    /// The number of the last call that is not made by `everywhere`.
    static let lastOwnCall: UInt64 = 3
    private static let callLimit = 1024

    /// Gives the pool's initializer and finalizer, and what its shared values are known by, to all processes that come.
    @available(*, noasync)
    func setUp(_ calls: (initializer: [UInt8]?, finalizer: [UInt8]?)) throws {
        if let call = calls.initializer { try add(call, Self.initializerNumber, .initializer) }
        if let call = calls.finalizer { try add(call, Self.finalizerNumber, .finalizer) }
        var identity = ByteWriter()
        identity.add(hub.shares.identity)
        try add(identity.bytes, Self.identityNumber, .identity)
    }

    /// Returns when every task that is submitted from now on comes to a process that knows of the call.
    private func add(_ call: [UInt8], _ number: UInt64, _ role: SetUpCalls.Role) throws {
        guard hub.call(.setUp(number, role, call)).code == .ok else {
            try checkUsable()
            throw hub.lossError
        }
    }

    package func everywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [Future<Function.Output>] {
        try checkUsable()
        let outgoing = try OutgoingCall.encode(call, captures: options.captures, hub.shares)
        let number = try state.withLock { state in
            guard state.lastCall < Self.lastOwnCall + UInt64(Self.callLimit) else {
                throw MultitaskingError(
                    .arenaLimitReached,
                    "\(Self.callLimit) calls were made everywhere, each of which is kept for processes that come later")
            }
            state.lastCall += 1
            state.calls.insert(state.lastCall)
            return state.lastCall
        }
        try add(outgoing.parcel.bytes, number, .call)
        let tasks = (0..<maxWorkers).map { place in
            RemoteTask<Function>(
                outgoing, .default, companion: Function.companion(of: call.arguments), self, .call(number), at: place)
        }
        for task in tasks { try add(task) }
        return tasks.map { Future($0) }
    }

    /// Prevents processes that come later from making a call that has failed, and calls `body` once that is known to
    /// the hub: who learns of the failure may add workers at once.
    func forget(_ role: RunOrder.SetUpRole, then body: @escaping @Sendable () -> Void) {
        guard case .call(let number) = role, state.withLock({ $0.calls.remove(number) }) != nil else { return body() }
        hub.ask(.setUp(number, .none)) { _ in body() }
    }

    package func resize(to count: Int) throws {
        try Self.validate(count, nil)
        try checkUsable()
        let newPlaces = state.withLock { $0.resize(to: count) }
        if !newPlaces.isEmpty {
            let call = Invocation(PlainFunction { {} }, ())
            let outgoing = try OutgoingCall.encode(call, captures: .refused, hub.shares)
            for place in newPlaces {
                try add(
                    RemoteTask<PlainFunction>(outgoing, .default, companion: nil, self, .allCalls, at: place))
            }
        }
        dispatch()
    }

    // MARK: Finalizers

    /// Keeps what a finalizer has returned or thrown.
    func takeFinalized(_ frame: Frame) throws {
        var reader = frame.reader
        let code = try reader.next(UInt8.self)
        let end = code == FrameTail.tooLarge ? .failure : CallEnd(rawValue: code)
        guard let end else { throw FrameError("a finalizer has no such end") }
        var result = try frame.tail(&reader)
        if code == FrameTail.tooLarge { result = FrameTail(tooLarge: result.text) }
        state.withLock { $0.finalized.append((end, result)) }
    }

    package var finalizerResults: [Result<any Sendable, any Error>] {
        state.withLock { $0.finalized }.map { end, tail in
            Result {
                guard end == .value else { throw try RunVerdict.decodeError(tail) }
                return try unsafe tail.withBytes { bytes in
                    // SAFETY: the reader is gone before the bytes are.
                    var reader = unsafe PayloadReader(bytes)
                    return try setup.result(&reader)
                }
            }
        }
    }
}

extension HubRequest {
    /// Gives a call to all processes, or takes it back.
    fileprivate static func setUp(_ number: UInt64, _ role: SetUpCalls.Role, _ call: [UInt8] = []) -> HubRequest {
        HubRequest(.setUp, SharedObjectID(rawValue: number), number: UInt64(role.rawValue), bytes: call)
    }
}
