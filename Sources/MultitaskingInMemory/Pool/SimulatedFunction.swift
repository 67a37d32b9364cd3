internal import MultitaskingCore
internal import MultitaskingSerialization

#if CaptureSending
    internal import MultitaskingCaptures
#endif

/// A function on its way to a simulated worker.
enum SimulatedFunction<Function: PortableFunction> {
    /// One that captures nothing, or shares what it captures.
    case itself(Function)
    #if CaptureSending
        /// One that is made anew of what it captured, for each attempt.
        case copied(ClosureReceiver)
    #endif

    /// Writes what the function captures, if that is to be copied.
    ///
    /// - Throws: `capturesState`; what encoding throws.
    init(_ function: Function, _ captures: CapturePolicy, into writer: PayloadWriter) throws {
        self = .itself(function)
        guard FunctionTypeName(of: Function.self) != nil else {
            guard !captures.makesCopies else { return }
            throw MultitaskingError(
                .capturesState,
                """
                an argument or result type of the function is private or local, so that no other process can find it; \
                make it internal, or set `captures` to .byValueOrCopies to simulate a pool that may fork
                """)
        }
        guard FunctionAddress(of: function) == nil else { return }
        guard captures != .refused else {
            throw MultitaskingError(
                .capturesState,
                "the function captures values, which this pool's option `captures: .refused` forbids; pass them as "
                    + "arguments"
            )
        }
        guard captures.sendsValues else { return }
        #if CaptureSending
            do {
                guard let trace = try ClosureTrace.write(function, into: writer) else { return }
                self = .copied(try ClosureReceiver(try trace.shape()))
            } catch let refusal as CaptureRefusal {
                guard captures.makesCopies else { throw refusal.error }
                writer.reset()
            }
        #else
            guard captures.makesCopies else {
                throw MultitaskingError(
                    .capturesState,
                    "the function captures values, and this program was built without `CaptureSending`; pass them as "
                        + "arguments"
                )
            }
        #endif
    }

    /// The function as a worker has it.
    func received(from reader: PayloadReader) throws -> Function {
        switch self {
        case .itself(let function): return function
        #if CaptureSending
            case .copied(let receiver): return try receiver.function(as: Function.self, from: reader)
        #endif
        }
    }
}
