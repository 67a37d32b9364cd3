// The asynchronous twins of the shapes in `ContextFunctions.swift`.

/// An asynchronous function, passed by its name, that takes a context and returns a value.
struct AsyncContextNamedFunction<each Argument: Portable, Output: Portable>: ContextFunction {
    let function: @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Output

    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Output) {
        self.function = function
    }

    func call(_ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment) throws -> Output
    {
        let function = function
        return try environment.wait {
            try await function()(arguments.context.inside(environment), repeat each arguments.values)
        }
    }

    static func arguments(
        _ row: (repeat each Argument), context: TaskContext
    ) -> ContextArguments<repeat each Argument> {
        ContextArguments(context, repeat each row)
    }

    static func encode(
        _ arguments: ContextArguments<repeat each Argument>, into encoder: inout some PayloadEncoder
    ) throws {
        try arguments.encode(into: &encoder)
    }

    static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> ContextArguments<repeat each Argument> {
        try ContextArguments(from: &decoder)
    }

    static func encode(output: Output, into encoder: inout some PayloadEncoder) throws { try encoder.encode(output) }

    static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output {
        try decoder.decode(Output.self)
    }

    static func companion(of arguments: ContextArguments<repeat each Argument>) -> (any Sendable)? {
        arguments.context.companion
    }
}

/// An asynchronous function, passed by its name, that takes a context and returns nothing.
struct AsyncContextNamedAction<each Argument: Portable>: ContextFunction {
    let function: @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Void

    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Void) {
        self.function = function
    }

    func call(_ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment) throws -> Void {
        let function = function
        try environment.wait {
            try await function()(arguments.context.inside(environment), repeat each arguments.values)
        }
    }

    static func arguments(
        _ row: (repeat each Argument), context: TaskContext
    ) -> ContextArguments<repeat each Argument> {
        ContextArguments(context, repeat each row)
    }

    static func encode(
        _ arguments: ContextArguments<repeat each Argument>, into encoder: inout some PayloadEncoder
    ) throws {
        try arguments.encode(into: &encoder)
    }

    static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> ContextArguments<repeat each Argument> {
        try ContextArguments(from: &decoder)
    }

    static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}

    static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}

    static func companion(of arguments: ContextArguments<repeat each Argument>) -> (any Sendable)? {
        arguments.context.companion
    }
}

/// An asynchronous closure literal that takes a context and returns a value.
struct AsyncContextLiteralFunction<each Argument: Portable, Output: Portable>: ContextFunction {
    let function: @Sendable (TaskContext, repeat each Argument) async throws -> Output

    init(_ function: @escaping @Sendable (TaskContext, repeat each Argument) async throws -> Output) {
        self.function = function
    }

    func call(_ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment) throws -> Output
    {
        let function = function
        return try environment.wait {
            try await function(arguments.context.inside(environment), repeat each arguments.values)
        }
    }

    static func arguments(
        _ row: (repeat each Argument), context: TaskContext
    ) -> ContextArguments<repeat each Argument> {
        ContextArguments(context, repeat each row)
    }

    static func encode(
        _ arguments: ContextArguments<repeat each Argument>, into encoder: inout some PayloadEncoder
    ) throws {
        try arguments.encode(into: &encoder)
    }

    static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> ContextArguments<repeat each Argument> {
        try ContextArguments(from: &decoder)
    }

    static func encode(output: Output, into encoder: inout some PayloadEncoder) throws { try encoder.encode(output) }

    static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output {
        try decoder.decode(Output.self)
    }

    static func companion(of arguments: ContextArguments<repeat each Argument>) -> (any Sendable)? {
        arguments.context.companion
    }
}

/// An asynchronous closure literal that takes a context and returns nothing.
struct AsyncContextLiteralAction<each Argument: Portable>: ContextFunction {
    let function: @Sendable (TaskContext, repeat each Argument) async throws -> Void

    init(_ function: @escaping @Sendable (TaskContext, repeat each Argument) async throws -> Void) {
        self.function = function
    }

    func call(_ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment) throws -> Void {
        let function = function
        try environment.wait { try await function(arguments.context.inside(environment), repeat each arguments.values) }
    }

    static func arguments(
        _ row: (repeat each Argument), context: TaskContext
    ) -> ContextArguments<repeat each Argument> {
        ContextArguments(context, repeat each row)
    }

    static func encode(
        _ arguments: ContextArguments<repeat each Argument>, into encoder: inout some PayloadEncoder
    ) throws {
        try arguments.encode(into: &encoder)
    }

    static func decodeArguments(
        from decoder: inout some PayloadDecoder
    ) throws -> ContextArguments<repeat each Argument> {
        try ContextArguments(from: &decoder)
    }

    static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}

    static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}

    static func companion(of arguments: ContextArguments<repeat each Argument>) -> (any Sendable)? {
        arguments.context.companion
    }
}
