internal import MultitaskingCore
internal import MultitaskingSerialization

/// A call on its way to another machine.
struct OutgoingCall: Sendable {
    let parcel: Parcel
    /// The shared values that the call is given, which stay until its end.
    let held: [any SharedObject]

    /// The function's name, what it captures, and its arguments.
    ///
    /// - Throws: `capturesState`; `encodeFailed`; `functionNotFound`.
    static func encode<Function: PortableFunction>(
        _ call: Invocation<Function>, captures: CapturePolicy, _ shares: RemoteShares
    ) throws -> OutgoingCall {
        guard let name = FunctionTypeName(of: Function.self) else {
            throw MultitaskingError(
                .capturesState,
                "an argument or result type of the function is private or local, so that no other process can find it; "
                    + "make it internal")
        }
        let writer = PayloadWriter(home: shares)
        let target = try PortableCall(call.function, name, captures: captures, into: writer)
        var encoder = writer
        do {
            try Function.encode(call.arguments, into: &encoder)
            try FrameKind.check(argumentSize: writer.byteCount)
            return OutgoingCall(parcel: try Parcel(target.bytes, writer), held: writer.exports?.objects ?? [])
        } catch let error as MultitaskingError where [.encodeFailed, .noSuchObject].contains(error.code) {
            throw error
        } catch {
            throw MultitaskingError(
                .encodeFailed, "an argument could not be encoded, and nothing was submitted; fix its encode(to:)",
                cause: error)
        }
    }
}
