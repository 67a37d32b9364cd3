// The names of version 0.1, so that programs written against it still compile; they go with 0.4.

/// The name of ``ValueFunction`` in version 0.1.
@available(*, deprecated, renamed: "ValueFunction")
public typealias NamedFunction = ValueFunction

/// The name of ``VoidFunction`` in version 0.1.
@available(*, deprecated, renamed: "VoidFunction")
public typealias NamedAction = VoidFunction

/// The name of ``AsyncValueFunction`` in version 0.1.
@available(*, deprecated, renamed: "AsyncValueFunction")
public typealias AsyncNamedFunction = AsyncValueFunction

/// The name of ``AsyncVoidFunction`` in version 0.1.
@available(*, deprecated, renamed: "AsyncVoidFunction")
public typealias AsyncNamedAction = AsyncVoidFunction

/// The name of ``Invocation`` in version 0.1.
@available(*, deprecated, renamed: "Invocation")
public typealias Invoker = Invocation

/// The name of ``SharedObjectID`` in version 0.1.
@available(*, deprecated, renamed: "SharedObjectID")
public typealias ObjectReference = SharedObjectID

/// The name of ``HasTimeline`` in version 0.1.
@available(*, deprecated, renamed: "HasTimeline")
public typealias SelfTimed = HasTimeline

/// A closure literal that returns a value.
@available(*, deprecated, message: "use ValueFunction, and pass it an autoclosure parameter as Executor.submit does")
public struct LiteralFunction<each Argument: Portable, Output: Portable>: PortableFunction {
    private let function: @Sendable (repeat each Argument) throws -> Output

    /// Wraps a function.
    public init(_ function: @escaping @Sendable (repeat each Argument) throws -> Output) { self.function = function }

    /// Calls the function.
    public func call(
        _ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment
    ) throws -> Output {
        try function(repeat each arguments.values)
    }
}

/// A closure literal that returns nothing.
@available(*, deprecated, message: "use VoidFunction, and pass it an autoclosure parameter as Executor.submit does")
public struct LiteralAction<each Argument: Portable>: PortableFunction {
    private let function: @Sendable (repeat each Argument) throws -> Void

    /// Wraps a function.
    public init(_ function: @escaping @Sendable (repeat each Argument) throws -> Void) { self.function = function }

    /// Calls the function.
    public func call(_ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment) throws {
        try function(repeat each arguments.values)
    }
}

extension Invocation {
    /// Creates a call from a tuple of arguments.
    @available(*, deprecated, message: "pass an ArgumentList")
    public init<each Argument: Portable>(_ function: Function, _ arguments: (repeat each Argument))
    where Function.Arguments == ArgumentList<repeat each Argument> {
        self.init(function, ArgumentList(repeat each arguments))
    }
}

extension CancelProbe {
    /// The name of ``isSet`` in version 0.1.
    @available(*, deprecated, renamed: "isSet")
    public var isRaised: Bool { isSet }
}

extension WaitableChannel {
    /// The name of ``waitUntilReady(for:wait:)`` in version 0.1.
    @available(*, deprecated, renamed: "waitUntilReady(for:wait:)")
    public func ready(for operation: ChannelOperation, wait: WaitLimit) async throws {
        try await waitUntilReady(for: operation, wait: wait)
    }
}

/// The name of ``RemainingTasks`` in version 0.1.
@available(*, deprecated, renamed: "RemainingTasks")
public typealias RestPolicy = RemainingTasks

extension RemainingTasks {
    /// The name of ``leaveRunning`` in version 0.1.
    @available(*, deprecated, renamed: "leaveRunning")
    public static var goOn: Self { .leaveRunning }
}
