public import MultitaskingCore
import MultitaskingSerialization

/// A function that each worker runs before its first task, for layers above the pool.
///
/// ```swift
/// let initializer = WorkerInitializer.calling({ connect }, "db://…", timeout: .seconds(5))
/// let pool = try ProcessPool(maxWorkers: 4, initializingWith: initializer)
/// ```
public struct WorkerInitializer: Sendable {
    let call: (any WorkerCall)?
    let timeout: Duration?

    /// Wraps a function. Forward an autoclosure as is, without calling it.
    public init(
        _ function: @escaping @Sendable () -> @Sendable () throws -> Void, timeout: Duration? = nil
    ) {
        call = TypedWorkerCall(invoker: Invocation(PlainFunction(function), ()), role: "initializer")
        self.timeout = timeout
    }

    private init(call: (any WorkerCall)?, timeout: Duration?) {
        self.call = call
        self.timeout = timeout
    }

    /// No initializer.
    public static var none: WorkerInitializer { WorkerInitializer(call: nil, timeout: nil) }

    /// Wraps a function with its arguments. Forward an autoclosure as is, without calling it.
    public static func calling<each Argument: Portable>(
        _ function: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, timeout: Duration? = nil
    ) -> WorkerInitializer {
        let invoker = Invocation(VoidFunction(function), ArgumentList(repeat each arguments))
        return WorkerInitializer(call: TypedWorkerCall(invoker: invoker, role: "initializer"), timeout: timeout)
    }

    /// Throws `invalidArgument` for an invalid time limit.
    func validate() throws { try checkTimeout(timeout, "initializerTimeout") }
}

/// A function that each worker runs before it exits, for layers above the pool.
///
/// ```swift
/// let finalizer = WorkerFinalizer { closeDatabase }
/// ```
public struct WorkerFinalizer: Sendable {
    let call: (any WorkerCall)?
    let timeout: Duration?
    let decode: @Sendable (inout PayloadReader) throws -> any Sendable

    private init(
        call: (any WorkerCall)?, timeout: Duration?,
        decode: @escaping @Sendable (inout PayloadReader) throws -> any Sendable
    ) {
        self.call = call
        self.timeout = timeout
        self.decode = decode
    }

    // Computed: with `-cross-module-optimization`, the compiler of Swift 6.3 has other modules read a constant of this
    // type before it is made.
    /// No finalizer.
    public static var none: WorkerFinalizer { WorkerFinalizer(call: nil, timeout: nil) { _ in () } }

    /// Wraps a function that returns nothing. Forward an autoclosure as is, without calling it.
    public init(_ function: @escaping @Sendable () -> @Sendable () throws -> Void, timeout: Duration? = nil) {
        self.init(
            call: TypedWorkerCall(invoker: Invocation(PlainFunction(function), ()), role: "finalizer"),
            timeout: timeout
        ) { _ in () }
    }

    /// Wraps a function whose results are collected. Forward an autoclosure as is, without calling it.
    public init<Output: Portable>(
        _ function: @escaping @Sendable () -> @Sendable () throws -> Output, timeout: Duration? = nil
    ) {
        let invoker = Invocation(PlainValueFunction(function), ())
        self.init(call: TypedWorkerCall(invoker: invoker, role: "finalizer"), timeout: timeout) {
            try $0.decode(Output.self)
        }
    }

    /// Throws `invalidArgument` for an invalid time limit.
    func validate() throws { try checkTimeout(timeout, "finalizerTimeout") }
}

private func checkTimeout(_ timeout: Duration?, _ name: String) throws {
    guard let timeout, timeout <= .zero else { return }
    throw MultitaskingError(
        .invalidArgument, "\(name) is \(timeout); give a positive duration, or nil for no limit")
}

/// No initializer: the default argument of pools and scopes, and public only for that.
@Sendable
public func _noInitializer() {}
