public import MultitaskingCore

/// What each worker runs before its first task.
///
/// It has a shape of its own, because a function whose arguments are a generic pack, even an empty one, has another
/// calling convention than one that takes nothing concretely; see `Functions.swift` of the core.
public struct WorkerInitializer: PortableFunction {
    private let function: @Sendable () -> @Sendable () throws -> Void

    /// Wraps a function; forward an autoclosure as it is, without calling it.
    public init(_ function: @escaping @Sendable () -> @Sendable () throws -> Void) { self.function = function }

    /// The initializer of a pool that needs none.
    public static let none = named(noInitializer)

    /// Wraps a function that is passed by its name.
    private static func named(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void
    ) -> WorkerInitializer {
        WorkerInitializer(function)
    }

    public func call(_ arguments: Void, in environment: any TaskEnvironment) throws { try function()() }

    public static func encode(_ arguments: Void, into encoder: inout some PayloadEncoder) throws {}
    public static func decodeArguments(from decoder: inout some PayloadDecoder) throws {}
    public static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}
}

/// The initializer of a pool that needs none.
@Sendable
public func noInitializer() {}
