// The shapes of function that `map` sends: like those in `Functions.swift`, of one argument, called for each element of
// an array. They have no packs, as a function of one generic argument has another calling convention.

/// A function that is called for each element of an array.
@usableFromInline
package protocol ChunkFunction: PortableFunction
where Arguments == ChunkElements<Element>, Output == MapChunk<Value> {
    /// What the function takes.
    associatedtype Element: Portable
    /// What the function returns.
    associatedtype Value: Portable
}

/// A function that is called for each element of an array.
@usableFromInline
package struct Mapping<Element: Portable, Value: Portable>: ChunkFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (Element) throws -> Value

    /// Wraps a function.
    @inlinable
    package init(_ function: @escaping @Sendable () -> @Sendable (Element) throws -> Value) { self.function = function }

    @usableFromInline
    package func call(_ elements: ChunkElements<Element>, in environment: any TaskEnvironment) throws -> MapChunk<Value>
    {
        try MapChunk(elements, in: environment, function())
    }
}

/// An asynchronous function that is called for each element of an array.
@usableFromInline
package struct AsyncMapping<Element: Portable, Value: Portable>: ChunkFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (Element) async throws -> Value

    /// Wraps a function.
    @inlinable
    package init(_ function: @escaping @Sendable () -> @Sendable (Element) async throws -> Value) {
        self.function = function
    }

    @usableFromInline
    package func call(_ elements: ChunkElements<Element>, in environment: any TaskEnvironment) throws -> MapChunk<Value>
    {
        let function = function()
        return try MapChunk(elements, in: environment) { element in
            try environment.wait { try await function(element) }
        }
    }
}

extension ChunkFunction {
    @usableFromInline
    package static func encode(output: MapChunk<Value>, into encoder: inout some PayloadEncoder) throws {
        try output.encode(into: &encoder)
    }

    @usableFromInline
    package static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> MapChunk<Value> {
        try MapChunk(from: &decoder)
    }
}
