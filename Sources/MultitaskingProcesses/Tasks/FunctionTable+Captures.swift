import Logging
import MultitaskingCore
import MultitaskingSerialization

#if CaptureSending
    import MultitaskingCaptures
#endif

extension FunctionTable {
    /// Whether closures can be taken apart in this program; says so once if they cannot.
    static let sendsCaptures: Bool = {
        #if CaptureSending
            if CaptureSending.isWorking { return true }
            Logger.processes.warning(
                """
                this program's closures are not laid out as expected, perhaps because it was built by a new compiler \
                or without \
                metadata for reflection; functions that capture run in copies of the process where that is safe
                """)
        #endif
        return false
    }()

    /// Adds a function that captures values, and writes these.
    ///
    /// - Parameter role: what the function is to the pool.
    /// - Throws: `capturesState` if they cannot be copied; `encodeFailed`; `arenaLimitReached`.
    func add<Function: PortableFunction>(
        capturing function: Function, _ name: FunctionTypeName, _ role: String, into writer: PayloadWriter,
        to extent: inout Extent
    ) throws -> Int {
        #if CaptureSending
            if Self.sendsCaptures {
                do {
                    if let trace = try ClosureTrace.write(function, into: writer) {
                        return try add(
                            FunctionAddress(code: trace.code), typeName: name.mangled,
                            attachment: try encodePayload(trace.shape()), to: &extent)
                    }
                } catch let refusal as CaptureRefusal {
                    throw MultitaskingError(
                        .capturesState, "the pool's \(role) cannot be sent: \(refusal)", cause: refusal)
                }
            }
        #endif
        throw MultitaskingError(
            .capturesState,
            "the \(role) captures values, and cannot be sent to a spawned worker; use a function that captures nothing "
                + "and "
                + "takes them as arguments, or make the pool before any thread starts, so that it can be forked")
    }
}
