import MultitaskingCore
import MultitaskingSerialization
import Synchronization

#if CaptureSending
    import MultitaskingCaptures
#endif

// Functions that capture: what they capture is written before the arguments, and what their contexts are made of goes
// to the function table, once for each shape. A program built without the trait `CaptureSending` has copies alone.

extension PoolCore {
    /// Begins a call of a function that is not sent by its address alone.
    ///
    /// - Returns: the function's place in the function table and a writer that has what it captures; nil if a copy of
    ///   this process is to run it.
    /// - Throws: `capturesState`; `encodeFailed`; `arenaLimitReached`.
    func beginCapturing<Function: PortableFunction>(
        _ function: Function
    ) throws -> (function: Int, writer: PayloadWriter)? {
        // Captures nothing, but has an argument or result whose type has no name.
        guard FunctionAddress(of: function) == nil else { return nil }
        guard captures != .refused else {
            // What looks captured may be the types of a generic function alone, which have no name.
            guard FunctionTypeName(of: Function.self) != nil else { throw Self.hasNoName }
            throw MultitaskingError(
                .capturesState,
                "the function captures values, which this pool's option `captures: .refused` forbids; pass them as "
                    + "arguments"
            )
        }
        #if CaptureSending
            guard captures.sendsValues, FunctionTable.sendsCaptures else { return nil }
            return try beginSending(function)
        #else
            return nil
        #endif
    }

    #if CaptureSending
        private func beginSending<Function: PortableFunction>(
            _ function: Function
        ) throws -> (function: Int, writer: PayloadWriter)? {
            let writer = membership.takeWriter()
            do {
                guard let trace = try ClosureTrace.write(function, into: writer) else { throw Self.hasNoName }
                return (try index(of: trace, type: Function.self), writer)
            } catch {
                membership.giveBack(writer)
                let refusal = (error as? CaptureRefusal)?.error ?? error as? MultitaskingError
                guard let refusal, refusal.code == .capturesState else { throw MultitaskingError.encodeFailed(error) }
                if captures.makesCopies { return nil }
                throw refusal
            }
        }

        /// The place of functions of one shape in the function table.
        private func index(of trace: ClosureTrace, type: any PortableFunction.Type) throws -> Int {
            let key = ClosureKey(trace: trace, type: ObjectIdentifier(type))
            if let index = closures.withLock({ $0[key] }) { return index }
            // Not before: whether a name leads back to its type takes ten times as long as all the rest of a call.
            guard let name = FunctionTypeName(of: type) else { throw Self.hasNoName }
            let shape = try encodePayload(trace.shape())
            let address = FunctionAddress(code: trace.code)
            return try closures.withLock { closures in
                if let index = closures[key] { return index }
                let index = try supervision.add(address, typeName: name.mangled, attachment: shape)
                closures[key] = index
                return index
            }
        }
    #endif

    /// The error of a function whose type has no name, whether it captures something or not.
    static let hasNoName = MultitaskingError(
        .capturesState,
        """
        a type among the function's arguments or result is private or local, and has no name that a worker could \
        find: make it internal or public
        """)
}

/// What stands for a closure's shape within this process.
struct ClosureKey: Hashable {
    #if CaptureSending
        let trace: ClosureTrace
    #endif
    let type: ObjectIdentifier
}
