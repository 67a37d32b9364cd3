// The names of version 0.1, so that programs written against it still compile; they go with 0.3.

@available(*, deprecated, renamed: "ValueFunction")
public typealias NamedFunction = ValueFunction

@available(*, deprecated, renamed: "VoidFunction")
public typealias NamedAction = VoidFunction

@available(*, deprecated, renamed: "AsyncValueFunction")
public typealias AsyncNamedFunction = AsyncValueFunction

@available(*, deprecated, renamed: "AsyncVoidFunction")
public typealias AsyncNamedAction = AsyncVoidFunction

@available(*, deprecated, renamed: "Mapping")
public typealias NamedMapping = Mapping

@available(*, deprecated, renamed: "AsyncMapping")
public typealias AsyncNamedMapping = AsyncMapping

/// A closure literal that returns a value.
@available(*, deprecated, message: "use ValueFunction, and pass it an autoclosure parameter as Executor.submit does")
public struct LiteralFunction<each Argument: Portable, Output: Portable>: PortableFunction {
    private let function: @Sendable (repeat each Argument) throws -> Output

    /// Wraps a function.
    public init(_ function: @escaping @Sendable (repeat each Argument) throws -> Output) { self.function = function }

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

    public func call(_ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment) throws {
        try function(repeat each arguments.values)
    }
}

extension Invoker {
    /// Makes a call from a tuple of arguments.
    @available(*, deprecated, message: "pass an ArgumentList")
    public init<each Argument: Portable>(_ function: Function, _ arguments: (repeat each Argument))
    where Function.Arguments == ArgumentList<repeat each Argument> {
        self.init(function, ArgumentList(repeat each arguments))
    }
}
