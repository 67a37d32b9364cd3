package import MultitaskingCore
package import MultitaskingSerialization

#if CaptureSending
    internal import MultitaskingCaptures
#endif

extension PortableCall {
    /// Names a function, and writes what it captures, if it captures something.
    ///
    /// - Throws: `capturesState`; `functionNotFound`; what encoding throws.
    package init<Function: PortableFunction>(
        _ function: Function, _ name: FunctionTypeName, captures: CapturePolicy, into writer: PayloadWriter
    ) throws {
        if let address = FunctionAddress(of: function) {
            try self.init(address, name)
            return
        }
        guard captures.sendsValues else {
            throw MultitaskingError(
                .capturesState,
                "the function captures values, which this pool's option `captures: .\(captures.rawValue)` forbids; "
                    + "pass them as arguments")
        }
        #if CaptureSending
            do {
                guard let trace = try ClosureTrace.write(function, into: writer) else {
                    throw MultitaskingError(.capturesState, "\(Function.self) is not the type of a function")
                }
                try self.init(
                    FunctionAddress(code: trace.code), name, attachment: try encodePayload(trace.shape()))
            } catch let refusal as CaptureRefusal { throw refusal.error }
        #else
            throw MultitaskingError(
                .capturesState,
                "the function captures values, and this program was built without `CaptureSending`; pass them as "
                    + "arguments")
        #endif
    }
}
