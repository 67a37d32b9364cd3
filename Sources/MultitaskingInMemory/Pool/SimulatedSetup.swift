internal import MultitaskingCore
internal import MultitaskingSerialization

/// What each simulated worker runs before its first task and after its last.
///
/// The arguments of the initializer are encoded once and decoded in each worker, as between processes. Results of the
/// finalizer are collected: ``InMemoryPool/finalizerResults(as:)``.
///
/// ```swift
/// let setup = SimulatedSetup()  // neither an initializer nor a finalizer
/// ```
public struct SimulatedSetup: Sendable {
    private(set) var initializer: (any TaskBody)?
    private(set) var initializerTimeout: Duration?
    private(set) var finalizer: (any TaskBody)?
    private(set) var decodeFinalized: @Sendable (inout PayloadReader) throws -> any Sendable = { _ in () }

    /// Creates a setup without an initializer and a finalizer.
    public init() {}

    /// Workers that run `initializer` first, which shares what it captures.
    init(calling initializer: (@Sendable () throws -> Void)?) throws {
        guard let initializer else { return }
        let call = Invocation(SharedInitializer(function: initializer), ())
        self.initializer = try CodedTask(call, captures: .copiesOnly)
    }

    /// Workers that run `initializer` first, which shares what it captures, and `finalizer` at their end.
    init<Finalizer: PortableFunction>(
        calling initializer: (@Sendable () throws -> Void)?, finalizer: Finalizer, _ options: InMemoryOptions
    ) throws where Finalizer.Arguments == Void {
        try self.init(calling: initializer)
        try finalize(by: finalizer, options)
    }

    /// Workers whose initializer takes arguments, and that run `finalizer` at their end.
    init<each Argument: Portable, Finalizer: PortableFunction>(
        calling initializer: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, within timeout: Duration?, finalizer: Finalizer, _ options: InMemoryOptions
    ) throws where Finalizer.Arguments == Void {
        if let timeout, timeout <= .zero {
            throw MultitaskingError(
                .invalidArgument, "initializerTimeout is \(timeout); give a positive duration, or nil for no limit")
        }
        let call = Invocation(VoidFunction(initializer), ArgumentList(repeat each arguments))
        self.initializer = try CodedTask(call, captures: options.captures)
        initializerTimeout = timeout
        try finalize(by: finalizer, options)
    }

    private mutating func finalize<Function: PortableFunction>(
        by function: Function, _ options: InMemoryOptions
    ) throws where Function.Arguments == Void {
        finalizer = try CodedTask(Invocation(function, ()), captures: options.captures)
        decodeFinalized = { try Function.decodeOutput(from: &$0) }
    }
}

/// An initializer that shares what it captures with the test that made the pool.
private struct SharedInitializer: PortableFunction {
    let function: @Sendable () throws -> Void

    func call(_ arguments: Void, in environment: any TaskEnvironment) throws { try function() }

    static func encode(_ arguments: Void, into encoder: inout some PayloadEncoder) throws {}
    static func decodeArguments(from decoder: inout some PayloadDecoder) throws {}
}
