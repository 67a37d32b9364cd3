// Shapes of functions that take nothing, for what workers run besides tasks. They are types of their own because a
// function whose arguments are a generic pack, even an empty one, has another calling convention than one that takes
// nothing concretely; see `Functions.swift`.

/// A function that takes and returns nothing.
package struct PlainFunction: PortableFunction {
    private let function: @Sendable () -> @Sendable () throws -> Void

    package init(_ function: @escaping @Sendable () -> @Sendable () throws -> Void) { self.function = function }

    package func call(_ arguments: Void, in environment: any TaskEnvironment) throws { try function()() }

    package static func encode(_ arguments: Void, into encoder: inout some PayloadEncoder) throws {}
    package static func decodeArguments(from decoder: inout some PayloadDecoder) throws {}
}

/// A function that takes nothing and returns a value.
package struct PlainValueFunction<Output: Portable>: PortableFunction {
    private let function: @Sendable () -> @Sendable () throws -> Output

    package init(_ function: @escaping @Sendable () -> @Sendable () throws -> Output) { self.function = function }

    package func call(_ arguments: Void, in environment: any TaskEnvironment) throws -> Output { try function()() }

    package static func encode(_ arguments: Void, into encoder: inout some PayloadEncoder) throws {}
    package static func decodeArguments(from decoder: inout some PayloadDecoder) throws {}
}
