/// Something that runs functions in parallel: a pool of processes, of threads, or a simulation of one.
///
/// ```swift
/// func countAll(_ files: [String], on pool: any Executor) throws -> Int {
///     let futures = try files.map { try pool.submit(countLines, $0) }
///     return try futures.reduce(0) { $0 + (try $1.value()) }
/// }
/// ```
///
/// It has the name of `_Concurrency.Executor` and hides it in files that import this module; write
/// `_Concurrency.Executor` there for the other one.
///
/// **Implementer's duties.** Every call accepted by ``submit(_:options:)`` ends in exactly one ``TaskOutcome``,
/// whatever its function does and whatever dies. A call that was cancelled before it started never starts. One call's
/// failure is not noticed by any other. After `shutdown(_:)` returned, no thread, process, descriptor or memory of
/// the pool is left, and every future is done. Everything may be called from any thread.
public protocol Executor: AnyObject, Sendable {
    /// How many workers run at most at the same time; at least 1.
    var maxWorkers: Int { get }

    /// Queues a call and returns at once, unless the pool is full (see ``TaskOptions/waitForRoom``).
    ///
    /// Calls start in the order of submission.
    /// - Throws: `shutDown` after `shutdown(_:)`; `capturesState` if the function cannot be sent; `encodeFailed` if
    ///   an argument cannot be encoded; `arenaLimitReached` or `timedOut` if the pool is full. What the function itself
    ///   throws is not thrown here.
    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output>

    /// Makes a channel that the pool's tasks and their parent can use.
    /// - Throws: `invalidArgument` for a bound below 1, and for an option that the backend cannot keep.
    func makeChannel(_ options: ChannelOptions) throws -> any Channel

    /// Makes a cancel signal that the pool's tasks and their parent can use.
    func makeCancelSignal() throws -> any CancelSignal

    /// Ends the pool and blocks until it is gone. Later calls return when the first one is through.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func shutdown(_ mode: ShutdownMode)

    /// Ends the pool and suspends until it is gone; otherwise as the blocking call.
    ///
    /// Cancelling the awaiting task does not shorten the wait. By default a thread of its own makes the blocking call.
    func shutdown(_ mode: ShutdownMode) async
}

extension Executor {
    /// Makes a channel that the pool's tasks and their parent can use; see ``ChannelOptions`` for the parameters.
    /// - Throws: as ``makeChannel(_:)`` does.
    public func makeChannel(
        capacity: Int? = nil, byteCapacity: Int? = nil, redelivers: Bool = false, closesWithSenders: Bool = false
    ) throws -> any Channel {
        try makeChannel(
            ChannelOptions(
                capacity: capacity, byteCapacity: byteCapacity, redelivers: redelivers,
                closesWithSenders: closesWithSenders))
    }
}

/// An executor whose workers share the caller's memory, so that nothing needs to be `Codable`.
///
/// ```swift
/// let future = try pool.submit(options: .default) { environment in try parse(document, environment) }
/// ```
public protocol InProcessExecutor: Executor {
    /// Queues a closure; everything it captures must be `Sendable`.
    func submit<Value: Sendable>(
        options: TaskOptions, running body: @escaping @Sendable (any TaskEnvironment) throws -> Value
    ) throws -> Future<Value>
}
