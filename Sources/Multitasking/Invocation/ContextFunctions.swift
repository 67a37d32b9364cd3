// The shapes of function whose first parameter is a `TaskContext`.
//
// They mirror those in MultitaskingCore's `Functions.swift`. They are types of their own because a function whose first
// parameter is a concrete type has another calling convention than one whose parameters are all generic, and converting
// between the two would wrap the function in a closure that captures it, which cannot be sent.

/// A function, passed by its name, that takes a context and returns a value.
struct ContextNamedFunction<each Argument: Portable, Output: Portable>: ContextFunction {
    let function: @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Output

    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Output) {
        self.function = function
    }

    func call(_ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment) throws -> Output
    {
        try function()(arguments.context.inside(environment), repeat each arguments.values)
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

/// A function, passed by its name, that takes a context and returns nothing.
struct ContextNamedAction<each Argument: Portable>: ContextFunction {
    let function: @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Void

    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Void) {
        self.function = function
    }

    func call(_ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment) throws -> Void {
        try function()(arguments.context.inside(environment), repeat each arguments.values)
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

/// A closure literal that takes a context and returns a value.
struct ContextLiteralFunction<each Argument: Portable, Output: Portable>: ContextFunction {
    let function: @Sendable (TaskContext, repeat each Argument) throws -> Output

    init(_ function: @escaping @Sendable (TaskContext, repeat each Argument) throws -> Output) {
        self.function = function
    }

    func call(_ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment) throws -> Output
    {
        try function(arguments.context.inside(environment), repeat each arguments.values)
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

/// A closure literal that takes a context and returns nothing.
struct ContextLiteralAction<each Argument: Portable>: ContextFunction {
    let function: @Sendable (TaskContext, repeat each Argument) throws -> Void

    init(_ function: @escaping @Sendable (TaskContext, repeat each Argument) throws -> Void) {
        self.function = function
    }

    func call(_ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment) throws -> Void {
        try function(arguments.context.inside(environment), repeat each arguments.values)
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
