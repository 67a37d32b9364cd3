// The shapes of function that `map` sends: like those in `Functions.swift`, of one argument, called for each element of
// an array. They have no packs, as a function of one generic argument has another calling convention.

/// A function that is called for each element of an array.
public protocol ChunkFunction: PortableFunction where Arguments == [Element], Output == MapChunk<Value> {
    /// What the function takes.
    associatedtype Element: Portable
    /// What the function returns.
    associatedtype Value: Portable
}

/// A function that is called for each element of an array.
public struct Mapping<Element: Portable, Value: Portable>: ChunkFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (Element) throws -> Value

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (Element) throws -> Value) { self.function = function }

    public func call(_ elements: [Element], in environment: any TaskEnvironment) throws -> MapChunk<Value> {
        MapChunk(elements, in: environment, function())
    }
}

/// An asynchronous function that is called for each element of an array.
public struct AsyncMapping<Element: Portable, Value: Portable>: ChunkFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (Element) async throws -> Value

    /// Wraps a function.
    @inlinable
    public init(_ function: @escaping @Sendable () -> @Sendable (Element) async throws -> Value) {
        self.function = function
    }

    public func call(_ elements: [Element], in environment: any TaskEnvironment) throws -> MapChunk<Value> {
        let function = function()
        return MapChunk(elements, in: environment) { element in
            try environment.wait { try await function(element) }
        }
    }
}

extension ChunkFunction {
    @inlinable
    public static func encode(_ elements: [Element], into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(elements)
    }

    public static func decodeArguments(from decoder: inout some PayloadDecoder) throws -> [Element] {
        try decoder.decode([Element].self)
    }

    public static func encode(output: MapChunk<Value>, into encoder: inout some PayloadEncoder) throws {
        try output.encode(into: &encoder)
    }

    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> MapChunk<Value> {
        try MapChunk(from: &decoder)
    }
}
