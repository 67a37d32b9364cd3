// The shapes of function whose arguments are results of other tasks, of which there is at least one. They store a
// function of a first and other arguments as the call site made it: storing it as one of a pack would wrap it in a
// closure that captures it.

/// A function that takes results of other tasks and returns a value; see `Executor.submit(_:options:resultsOf:_:)`.
///
/// ```swift
/// let sum = DependentValueFunction<Int, Int, Int> { { $0 + $1 } }
/// ```
public struct DependentValueFunction<First: Portable, each Other: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (First, repeat each Other) throws -> Output

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Output) {
        self.function = function
    }

    /// Calls the function.
    public func call(
        _ arguments: DependentArguments<First, repeat each Other>, in environment: any TaskEnvironment
    ) throws -> Output {
        try function()(arguments.first, repeat each arguments.others)
    }
}

/// A function that takes results of other tasks and returns nothing; see `Executor.submit(_:options:resultsOf:_:)`.
///
/// ```swift
/// let show = DependentVoidFunction<Int> { { print($0) } }
/// ```
public struct DependentVoidFunction<First: Portable, each Other: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (First, repeat each Other) throws -> Void

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Void) {
        self.function = function
    }

    /// Calls the function.
    public func call(
        _ arguments: DependentArguments<First, repeat each Other>, in environment: any TaskEnvironment
    ) throws {
        try function()(arguments.first, repeat each arguments.others)
    }
}

/// An asynchronous function that takes results of other tasks and returns a value; see
/// `Executor.submit(_:options:resultsOf:_:)`.
///
/// ```swift
/// let fetch = AsyncDependentValueFunction<URL, Data> { download }
/// ```
public struct AsyncDependentValueFunction<First: Portable, each Other: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (First, repeat each Other) async throws -> Output

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Output) {
        self.function = function
    }

    /// Calls the function and blocks until it returns.
    public func call(
        _ arguments: DependentArguments<First, repeat each Other>, in environment: any TaskEnvironment
    ) throws -> Output {
        let function = function
        return try environment.wait { try await function()(arguments.first, repeat each arguments.others) }
    }
}

/// An asynchronous function that takes results of other tasks and returns nothing; see
/// `Executor.submit(_:options:resultsOf:_:)`.
///
/// ```swift
/// let store = AsyncDependentVoidFunction<Order> { save }
/// ```
public struct AsyncDependentVoidFunction<First: Portable, each Other: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (First, repeat each Other) async throws -> Void

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Void) {
        self.function = function
    }

    /// Calls the function and blocks until it returns.
    public func call(
        _ arguments: DependentArguments<First, repeat each Other>, in environment: any TaskEnvironment
    ) throws {
        let function = function
        try environment.wait { try await function()(arguments.first, repeat each arguments.others) }
    }
}

/// The results that a call takes as its arguments.
///
/// ```swift
/// let check = DependentValueFunction<Int, String, Bool> { { count, text in text.count == count } }
/// let future = try pool.submit(Invocation(check, DependentArguments(4, "text")), options: .default)
/// ```
public struct DependentArguments<First: Portable, each Other: Portable>: PayloadConvertible {
    /// The first result.
    public let first: First
    /// The other results, as a tuple.
    public let others: (repeat each Other)

    /// Creates the arguments of a call.
    @inlinable
    public init(_ first: First, _ others: repeat each Other) {
        self.first = first
        self.others = (repeat each others)
    }

    /// Decodes the arguments, in order.
    /// - Throws: whatever the decoder throws.
    public init(from decoder: inout some PayloadDecoder) throws {
        first = try decoder.decode(First.self)
        others = (repeat try decoder.decode((each Other).self))
    }

    /// Encodes the arguments, in order.
    /// - Throws: whatever the encoder throws.
    public func encode(into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(first)
        for argument in repeat each others { try encoder.encode(argument) }
    }

    /// The senders among the arguments, which count until the task ends.
    @inlinable
    public var companion: (any Sendable)? { ArgumentList(first, repeat each others).companion }
}
