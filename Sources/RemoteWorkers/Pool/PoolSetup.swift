package import MultitaskingCore
internal import MultitaskingSerialization

/// The calls that each process of a pool makes before its first task, and before it exits.
package struct PoolSetup: Sendable {
    /// A call that is encoded when a pool is made.
    typealias Encoding = @Sendable (CapturePolicy, RemoteShares) throws -> [UInt8]

    private var initializer: Encoding?
    private var finalizer: Encoding?
    private var decodeFinalized: @Sendable (inout PayloadReader) throws -> any Sendable = { _ in () }
    /// How long a finalizer may take.
    private(set) var finalizerLimit = Duration.zero

    /// Processes that only run tasks.
    package init() {}

    /// Processes that run `initializer` before their first task.
    package init<each Argument: Portable>(
        calling initializer: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument
    ) {
        let call = Invocation(VoidFunction(initializer), ArgumentList(repeat each arguments))
        self.initializer = { try OutgoingCall.encode(call, captures: $0, $1).parcel.bytes }
    }

    /// Makes each process run a finalizer before it exits.
    package mutating func finalize<Function: PortableFunction>(
        by finalizer: Function, _ limit: Duration
    ) where Function.Arguments == Void {
        let call = Invocation(finalizer, ())
        self.finalizer = { try OutgoingCall.encode(call, captures: $0, $1).parcel.bytes }
        decodeFinalized = { try Function.decodeOutput(from: &$0) }
        finalizerLimit = limit
    }

    /// Throws `invalidArgument` for an invalid limit.
    package func validate() throws {
        guard finalizer != nil, !(.zero < finalizerLimit && finalizerLimit <= .seconds(86_400)) else { return }
        throw MultitaskingError(
            .invalidArgument, "finalizerLimit is \(finalizerLimit); give more than zero and at most a day")
    }

    /// The encoded calls.
    ///
    /// - Throws: `capturesState`; `encodeFailed`.
    func calls(
        _ captures: CapturePolicy, _ shares: RemoteShares
    ) throws -> (initializer: [UInt8]?, finalizer: [UInt8]?) {
        (try initializer?(captures, shares), try finalizer?(captures, shares))
    }

    /// What a finalizer has returned.
    func result(_ reader: inout PayloadReader) throws -> any Sendable { try decodeFinalized(&reader) }
}
