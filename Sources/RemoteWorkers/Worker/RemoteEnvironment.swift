internal import CMultitaskingLinux
internal import Glibc
internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// What a task in a child can ask for.
struct RemoteEnvironment: TaskEnvironment {
    let worker: WorkerInfo
    let attempt: Int
    let seed: UInt64?
    private let made: UInt64
    private let process: WorkerProcess

    init(_ order: RunOrder, _ process: WorkerProcess) {
        worker = WorkerInfo(index: order.worker, pid: getpid(), tasksRun: order.tasksRun)
        attempt = order.attempt
        seed = order.seed
        made = order.made
        self.process = process
    }

    // MARK: Objects

    func channel(_ reference: SharedObjectID) throws -> any Channel {
        if let known = process.objects.channel(reference) { return known }
        return try channel(reference, process.hub.call(look(for: reference, .channel)))
    }

    func findChannel(_ reference: SharedObjectID) async throws -> any Channel {
        if let known = process.objects.channel(reference) { return known }
        return try channel(reference, try await process.hub.callAsynchronously(look(for: reference, .channel)))
    }

    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal {
        if let known = process.objects.signal(reference) { return known }
        return try signal(reference, process.hub.call(look(for: reference, .cancelEvent)))
    }

    func findCancelSignal(_ reference: SharedObjectID) async throws -> any CancelSignal {
        if let known = process.objects.signal(reference) { return known }
        return try signal(reference, try await process.hub.callAsynchronously(look(for: reference, .cancelEvent)))
    }

    /// - Throws: `noSuchObject` for what the hub has never been told of, and would be waited for there.
    private func look(
        for reference: SharedObjectID, _ kind: MultitaskingError.ObjectKind
    ) throws(MultitaskingError) -> HubRequest {
        guard reference.isCounted(from: made) else { throw .missing(kind, isForeign: true) }
        return HubRequest(.exists, reference, number: made, wait: .forever)
    }

    private func channel(_ reference: SharedObjectID, _ answer: HubAnswer) throws -> any Channel {
        guard answer.code == .ok, answer.number == 1 else {
            throw MultitaskingError.missing(.channel, isForeign: false)
        }
        let channel = RemoteChannel(reference, process.hub, environment: self)
        process.objects.keep(channel)
        return channel
    }

    private func signal(_ reference: SharedObjectID, _ answer: HubAnswer) throws -> any CancelSignal {
        guard answer.code == .ok, (2...3).contains(answer.number) else {
            throw MultitaskingError.missing(.cancelEvent, isForeign: false)
        }
        let signal = RemoteSignal(reference, process.hub, isOwner: false)
        process.objects.keep(signal)
        return signal
    }

    func sharedObject(_ reference: SharedReference) throws -> any SharedObject {
        try process.hub.shares.find(reference)
    }

    func makeSharedMemory(
        byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> (any SharedMemory)? {
        try checkAllocation(byteCount)
        return try unsafe process.hub.shares.make(byteCount: byteCount, body)
    }

    // MARK: Time and end

    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try blockUntilDone(body)
    }

    var clock: any TaskClock { MachineClock() }
    var isEndRequested: Bool { process.endRequest.isSet }
    var endProbe: CancelProbe? { process.endRequest.probe }
    func noteProgress(_ element: Int) { process.page.note(progress: element) }
    func report(_ report: TaskReport) { process.page.note(report) }
}

/// The channels and signals that a child has met.
final class KnownObjects: Sendable {
    private struct State {
        var channels: [SharedObjectID: RemoteChannel] = [:]
        var signals: [SharedObjectID: RemoteSignal] = [:]
    }

    private let state = Mutex(State())
    /// How many of a kind are kept, so that what tasks no longer use does not add up.
    private static let limit = 256

    func channel(_ reference: SharedObjectID) -> RemoteChannel? { state.withLock { $0.channels[reference] } }
    func signal(_ reference: SharedObjectID) -> RemoteSignal? { state.withLock { $0.signals[reference] } }

    func keep(_ channel: RemoteChannel) {
        let dropped = state.withLock { state in
            let dropped = state.channels.count < Self.limit ? [:] : state.channels
            if !dropped.isEmpty { state.channels = [:] }
            state.channels[channel.reference] = channel
            return dropped
        }
        withExtendedLifetime(dropped) {}
    }

    func keep(_ signal: RemoteSignal) {
        let dropped = state.withLock { state in
            let dropped = state.signals.count < Self.limit ? [:] : state.signals
            if !dropped.isEmpty { state.signals = [:] }
            state.signals[signal.reference] = signal
            return dropped
        }
        withExtendedLifetime(dropped) {}
    }
}
