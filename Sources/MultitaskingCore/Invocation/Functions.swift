// The shapes of function that can be sent, one struct each. They differ only in the type of the stored function value:
//
// - A function arrives wrapped in an autoclosure. The autoclosure, not the function, is what is sent: it captures
//   nothing in debug and release builds, whereas a function passed directly gets a heap context in debug builds.
// - A function that returns nothing needs a type of its own because `Void` is not `Codable`, and because a function
//   that returns `Void` concretely has another calling convention than one whose result is generic.
// - A function that is `async` has another calling convention still.
//
// Converting between the shapes would wrap the function in a closure that captures it, and what captures is sent by
// value at best. So each shape stays exactly as the caller's call site made it.

/// A function that returns a value.
///
/// ```swift
/// let call = Invocation(ValueFunction<Int, Int> { { $0 * 2 } }, ArgumentList(21))
/// ```
public struct ValueFunction<each Argument: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (repeat each Argument) throws -> Output

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output) {
        self.function = function
    }

    /// Calls the function.
    public func call(
        _ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment
    ) throws -> Output {
        try function()(repeat each arguments.values)
    }
}

/// A function that returns nothing.
///
/// ```swift
/// let call = Invocation(VoidFunction<String> { { print($0) } }, ArgumentList("hello"))
/// ```
public struct VoidFunction<each Argument: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (repeat each Argument) throws -> Void

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void) {
        self.function = function
    }

    /// Calls the function.
    public func call(_ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment) throws {
        try function()(repeat each arguments.values)
    }
}

/// An asynchronous function that returns a value.
///
/// ```swift
/// let call = Invocation(AsyncValueFunction<URL, Data> { fetch }, ArgumentList(url))
/// ```
public struct AsyncValueFunction<each Argument: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (repeat each Argument) async throws -> Output

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output) {
        self.function = function
    }

    /// Calls the function and blocks until it returns.
    public func call(
        _ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment
    ) throws -> Output {
        let function = function
        return try environment.wait { try await function()(repeat each arguments.values) }
    }
}

/// An asynchronous function that returns nothing.
///
/// ```swift
/// let call = Invocation(AsyncVoidFunction<Order> { store }, ArgumentList(order))
/// ```
public struct AsyncVoidFunction<each Argument: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (repeat each Argument) async throws -> Void

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void) {
        self.function = function
    }

    /// Calls the function and blocks until it returns.
    public func call(_ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment) throws {
        let function = function
        try environment.wait { try await function()(repeat each arguments.values) }
    }
}
