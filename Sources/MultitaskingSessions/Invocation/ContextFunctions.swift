// The shapes of function whose first parameter is a `TaskContext`.
//
// They mirror those in MultitaskingCore's `Functions.swift`. They are types of their own because a function whose first
// parameter is a concrete type has another calling convention than one whose parameters are all generic, and converting
// between the two would wrap the function in a closure that captures it.

/// A function that takes a context and returns a value.
struct ContextValueFunction<each Argument: Portable, Output: Portable>: ContextFunction {
    let function: @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Output

    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Output) {
        self.function = function
    }

    func call(
        _ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment
    ) throws -> Output {
        try function()(arguments.context.inside(environment), repeat each arguments.values)
    }

    static func arguments(
        _ row: (repeat each Argument), context: TaskContext
    ) -> ContextArguments<repeat each Argument> {
        ContextArguments((repeat each row), context: context)
    }
}

/// A function that takes a context and returns nothing.
struct ContextVoidFunction<each Argument: Portable>: ContextFunction {
    let function: @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Void

    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Void) {
        self.function = function
    }

    func call(
        _ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment
    ) throws {
        try function()(arguments.context.inside(environment), repeat each arguments.values)
    }

    static func arguments(
        _ row: (repeat each Argument), context: TaskContext
    ) -> ContextArguments<repeat each Argument> {
        ContextArguments((repeat each row), context: context)
    }
}

/// An asynchronous function that takes a context and returns a value.
struct AsyncContextValueFunction<each Argument: Portable, Output: Portable>: ContextFunction {
    let function: @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Output

    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Output) {
        self.function = function
    }

    func call(
        _ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment
    ) throws -> Output {
        let function = function
        return try environment.wait {
            try await function()(arguments.context.inside(environment), repeat each arguments.values)
        }
    }

    static func arguments(
        _ row: (repeat each Argument), context: TaskContext
    ) -> ContextArguments<repeat each Argument> {
        ContextArguments((repeat each row), context: context)
    }
}

/// An asynchronous function that takes a context and returns nothing.
struct AsyncContextVoidFunction<each Argument: Portable>: ContextFunction {
    let function: @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Void

    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Void) {
        self.function = function
    }

    func call(
        _ arguments: ContextArguments<repeat each Argument>, in environment: any TaskEnvironment
    ) throws {
        let function = function
        try environment.wait {
            try await function()(arguments.context.inside(environment), repeat each arguments.values)
        }
    }

    static func arguments(
        _ row: (repeat each Argument), context: TaskContext
    ) -> ContextArguments<repeat each Argument> {
        ContextArguments((repeat each row), context: context)
    }
}
