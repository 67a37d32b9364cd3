public import MultitaskingCore
import MultitaskingSerialization

/// What each worker runs before its first task, for layers above the pool.
///
/// ```swift
/// let initializer = WorkerInitializer.calling({ connect }, "db://…", timeout: .seconds(5))
/// let pool = try ProcessPool(maxWorkers: 4, initializingWith: initializer)
/// ```
public struct WorkerInitializer: Sendable {
    let call: (any WorkerCall)?
    let timeout: Duration?

    /// Wraps a function; forward an autoclosure as it is, without calling it.
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

    /// The initializer of a pool that needs none.
    public static let none = WorkerInitializer(call: nil, timeout: nil)

    /// Wraps a function with its arguments; forward an autoclosure as it is, without calling it.
    public static func calling<each Argument: Portable>(
        _ function: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, timeout: Duration? = nil
    ) -> WorkerInitializer {
        let invoker = Invocation(VoidFunction(function), ArgumentList(repeat each arguments))
        return WorkerInitializer(call: TypedWorkerCall(invoker: invoker, role: "initializer"), timeout: timeout)
    }

    /// Throws `invalidArgument` for a time limit that is none.
    func validate() throws {
        guard let timeout, timeout <= .zero else { return }
        throw MultitaskingError(
            .invalidArgument, "initializerTimeout is \(timeout); give a positive duration, or nil for no limit")
    }
}

/// What each worker runs before it leaves, for layers above the pool.
public struct WorkerFinalizer: Sendable {
    let call: (any WorkerCall)?
    let decode: @Sendable (inout PayloadReader) throws -> any Sendable

    private init(call: (any WorkerCall)?, decode: @escaping @Sendable (inout PayloadReader) throws -> any Sendable) {
        self.call = call
        self.decode = decode
    }

    /// The finalizer of a pool that needs none.
    public static let none = WorkerFinalizer(call: nil) { _ in () }

    /// Wraps a function that returns nothing; forward an autoclosure as it is, without calling it.
    public init(_ function: @escaping @Sendable () -> @Sendable () throws -> Void) {
        self.init(
            call: TypedWorkerCall(invoker: Invocation(PlainFunction(function), ()), role: "finalizer")
        ) { _ in () }
    }

    /// Wraps a function whose results are collected; forward an autoclosure as it is, without calling it.
    public init<Output: Portable>(_ function: @escaping @Sendable () -> @Sendable () throws -> Output) {
        let invoker = Invocation(PlainValueFunction(function), ())
        self.init(call: TypedWorkerCall(invoker: invoker, role: "finalizer")) { try $0.decode(Output.self) }
    }
}

/// The initializer of a pool that needs none.
@Sendable
public func noInitializer() {}
