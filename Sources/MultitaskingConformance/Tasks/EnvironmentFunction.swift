import MultitaskingCore

/// A function, passed by its name, whose first parameter is the environment that its worker gives it.
struct EnvironmentFunction<each Argument: Portable, Output: Portable>: PortableFunction {
    // Wrapped by an autoclosure, as `ValueFunction` is, so that it captures nothing.
    private let function: @Sendable () -> @Sendable (any TaskEnvironment, repeat each Argument) throws -> Output

    init(
        _ function: @escaping @Sendable () -> @Sendable (any TaskEnvironment, repeat each Argument) throws -> Output
    ) {
        self.function = function
    }

    func call(
        _ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment
    ) throws -> Output {
        try function()(environment, repeat each arguments.values)
    }
}

extension Executor {
    /// Submits a function that is given its worker's environment before its arguments.
    func start<each Argument: Portable, Output: Portable>(
        _ function:
            @autoclosure @escaping @Sendable () ->
            @Sendable (any TaskEnvironment, repeat each Argument) throws
            -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Output> {
        try submit(Invocation(EnvironmentFunction(function), ArgumentList(repeat each arguments)), options: options)
    }
}

extension WorkerExecutor {
    /// Makes every worker call a function that receives the worker's environment before its arguments.
    func startEverywhere<each Argument: Portable, Output: Portable>(
        _ function:
            @autoclosure @escaping @Sendable () ->
            @Sendable (any TaskEnvironment, repeat each Argument) throws
            -> Output,
        _ arguments: repeat each Argument
    ) throws -> [Future<Output>] {
        try everywhere(Invocation(EnvironmentFunction(function), ArgumentList(repeat each arguments)))
    }
}
