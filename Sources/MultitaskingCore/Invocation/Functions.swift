// The shapes of function that can be sent, one struct each. They differ only in the type of the stored function value:
//
// - "Named" functions arrive wrapped in an autoclosure. The autoclosure, not the function, is what is sent: it captures
//   nothing in debug and release builds, while the function passed directly gets a heap context in debug builds.
// - "Literal" functions are closure literals; the compiler emits them in the right form at the call site.
// - "Action"s return nothing. They need a type of their own because `Void` is not `Codable`, and because a function that
//   returns `Void` concretely has another calling convention than one whose result is generic.
// - A function that is `async` has another calling convention still.
//
// Converting between the shapes would wrap the function in a closure that captures it, and what captures cannot be
// sent. So each shape stays exactly as the caller's call site made it.

/// A function, passed by its name, that returns a value.
public struct NamedFunction<each Argument: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (repeat each Argument) throws -> Output

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output) {
        self.function = function
    }

    public func call(_ arguments: (repeat each Argument), in environment: any TaskEnvironment) throws -> Output {
        try function()(repeat each arguments)
    }

    @inlinable
    public static func encode(
        _ arguments: (repeat each Argument), into encoder: inout some PayloadEncoder
    ) throws {
        try encodeArguments((repeat each arguments), into: &encoder)
    }

    @inlinable
    public static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> (repeat each Argument) {
        try MultitaskingCore.decodeArguments(repeat (each Argument).self, from: &decoder)
    }

    @inlinable
    public static func encode(output: Output, into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(output)
    }

    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output {
        try decoder.decode(Output.self)
    }
}

/// A function, passed by its name, that returns nothing.
public struct NamedAction<each Argument: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (repeat each Argument) throws -> Void

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void) {
        self.function = function
    }

    public func call(_ arguments: (repeat each Argument), in environment: any TaskEnvironment) throws -> Void {
        try function()(repeat each arguments)
    }

    @inlinable
    public static func encode(
        _ arguments: (repeat each Argument), into encoder: inout some PayloadEncoder
    ) throws {
        try encodeArguments((repeat each arguments), into: &encoder)
    }

    @inlinable
    public static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> (repeat each Argument) {
        try MultitaskingCore.decodeArguments(repeat (each Argument).self, from: &decoder)
    }

    @inlinable
    public static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}

    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}
}

/// A closure literal that returns a value.
public struct LiteralFunction<each Argument: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable (repeat each Argument) throws -> Output

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable (repeat each Argument) throws -> Output) { self.function = function }

    public func call(_ arguments: (repeat each Argument), in environment: any TaskEnvironment) throws -> Output {
        try function(repeat each arguments)
    }

    @inlinable
    public static func encode(
        _ arguments: (repeat each Argument), into encoder: inout some PayloadEncoder
    ) throws {
        try encodeArguments((repeat each arguments), into: &encoder)
    }

    @inlinable
    public static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> (repeat each Argument) {
        try MultitaskingCore.decodeArguments(repeat (each Argument).self, from: &decoder)
    }

    @inlinable
    public static func encode(output: Output, into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(output)
    }

    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output {
        try decoder.decode(Output.self)
    }
}

/// A closure literal that returns nothing.
public struct LiteralAction<each Argument: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable (repeat each Argument) throws -> Void

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable (repeat each Argument) throws -> Void) { self.function = function }

    public func call(_ arguments: (repeat each Argument), in environment: any TaskEnvironment) throws -> Void {
        try function(repeat each arguments)
    }

    @inlinable
    public static func encode(
        _ arguments: (repeat each Argument), into encoder: inout some PayloadEncoder
    ) throws {
        try encodeArguments((repeat each arguments), into: &encoder)
    }

    @inlinable
    public static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> (repeat each Argument) {
        try MultitaskingCore.decodeArguments(repeat (each Argument).self, from: &decoder)
    }

    @inlinable
    public static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}

    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}
}

/// An asynchronous function, passed by its name, that returns a value.
public struct AsyncNamedFunction<each Argument: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (repeat each Argument) async throws -> Output

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output) {
        self.function = function
    }

    public func call(_ arguments: (repeat each Argument), in environment: any TaskEnvironment) throws -> Output {
        let function = function
        return try environment.wait { try await function()(repeat each arguments) }
    }

    @inlinable
    public static func encode(
        _ arguments: (repeat each Argument), into encoder: inout some PayloadEncoder
    ) throws {
        try encodeArguments((repeat each arguments), into: &encoder)
    }

    @inlinable
    public static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> (repeat each Argument) {
        try MultitaskingCore.decodeArguments(repeat (each Argument).self, from: &decoder)
    }

    @inlinable
    public static func encode(output: Output, into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(output)
    }

    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output {
        try decoder.decode(Output.self)
    }
}

/// An asynchronous function, passed by its name, that returns nothing.
public struct AsyncNamedAction<each Argument: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (repeat each Argument) async throws -> Void

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void) {
        self.function = function
    }

    public func call(_ arguments: (repeat each Argument), in environment: any TaskEnvironment) throws -> Void {
        let function = function
        try environment.wait { try await function()(repeat each arguments) }
    }

    @inlinable
    public static func encode(
        _ arguments: (repeat each Argument), into encoder: inout some PayloadEncoder
    ) throws {
        try encodeArguments((repeat each arguments), into: &encoder)
    }

    @inlinable
    public static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> (repeat each Argument) {
        try MultitaskingCore.decodeArguments(repeat (each Argument).self, from: &decoder)
    }

    @inlinable
    public static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}

    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}
}

/// An asynchronous closure literal that returns a value.
public struct AsyncLiteralFunction<each Argument: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable (repeat each Argument) async throws -> Output

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable (repeat each Argument) async throws -> Output) {
        self.function = function
    }

    public func call(_ arguments: (repeat each Argument), in environment: any TaskEnvironment) throws -> Output {
        let function = function
        return try environment.wait { try await function(repeat each arguments) }
    }

    @inlinable
    public static func encode(
        _ arguments: (repeat each Argument), into encoder: inout some PayloadEncoder
    ) throws {
        try encodeArguments((repeat each arguments), into: &encoder)
    }

    @inlinable
    public static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> (repeat each Argument) {
        try MultitaskingCore.decodeArguments(repeat (each Argument).self, from: &decoder)
    }

    @inlinable
    public static func encode(output: Output, into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(output)
    }

    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output {
        try decoder.decode(Output.self)
    }
}

/// An asynchronous closure literal that returns nothing.
public struct AsyncLiteralAction<each Argument: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable (repeat each Argument) async throws -> Void

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable (repeat each Argument) async throws -> Void) {
        self.function = function
    }

    public func call(_ arguments: (repeat each Argument), in environment: any TaskEnvironment) throws -> Void {
        let function = function
        try environment.wait { try await function(repeat each arguments) }
    }

    @inlinable
    public static func encode(
        _ arguments: (repeat each Argument), into encoder: inout some PayloadEncoder
    ) throws {
        try encodeArguments((repeat each arguments), into: &encoder)
    }

    @inlinable
    public static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> (repeat each Argument) {
        try MultitaskingCore.decodeArguments(repeat (each Argument).self, from: &decoder)
    }

    @inlinable
    public static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}

    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}
}
