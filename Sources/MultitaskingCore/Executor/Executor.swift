/// A pool that runs functions in parallel: in processes, in threads, or in a simulation.
///
/// ```swift
/// func countAll(_ files: [String], on pool: any Executor) throws -> Int {
///     let futures = try files.map { try pool.submit(countLines, $0) }
///     return try futures.reduce(0) { $0 + (try $1.value()) }
/// }
/// ```
///
/// This protocol shadows the standard `Executor` in files that import this module; there, write `_Concurrency.Executor`
/// for the standard one.
///
/// **Implementer's duties.** Every call that ``submit(_:options:)`` accepts ends in exactly one ``TaskOutcome``,
/// whatever its function does and whichever process dies. A call that is cancelled before it starts never starts. The
/// failure of one call doesn't affect any other. When `shutdown(_:)` returns, every future is done, and no process of
/// the pool is left, nor any thread that runs its tasks. Results that weren't read can still be read: until the last
/// handle of the pool, its futures, or its channels is released, they may remain, together with the memory and
/// descriptors that they need, and a thread that serves asynchronous waits. Any thread may call any method.
public protocol Executor: AnyObject, Sendable {
    /// The maximum number of workers that run concurrently; at least 1.
    var maxWorkers: Int { get }

    /// Queues a call and returns immediately, unless the pool is full (see ``TaskOptions/waitForRoom``).
    ///
    /// Calls start in the order of submission.
    /// - Throws: `shutDown` after `shutdown(_:)`; `capturesState` if the function can't be sent; `encodeFailed` if an
    ///   argument can't be encoded; `arenaLimitReached` or `timedOut` if the pool is full. Errors of the function
    ///   itself are in the future.
    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output>

    /// Creates a channel for the pool's tasks and their parent.
    /// - Throws: `invalidArgument` for an option that is out of range or that the backend doesn't support.
    func makeChannel(_ options: ChannelOptions) throws -> any Channel

    /// Creates a cancel signal for the pool's tasks and their parent.
    func makeCancelSignal() throws -> any CancelSignal

    /// Shuts down the pool and blocks until its workers are gone. Later calls return when the first one completes.
    /// Results that weren't read can still be read.
    ///
    /// A backend calls ``settleDependents(_:)`` first; otherwise, it loses the tasks that wait for the results of
    /// others. It closes its channels once nothing runs anymore.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    func shutdown(_ mode: ShutdownMode)

    /// Shuts down the pool and suspends until its workers are gone.
    ///
    /// Cancelling the awaiting task doesn't shorten the wait. By default, a separate thread makes the blocking call.
    func shutdown(_ mode: ShutdownMode) async
}

extension Executor {
    /// Creates a channel for the pool's tasks and their parent; see ``ChannelOptions`` for the parameters.
    /// - Throws: whatever ``makeChannel(_:)`` throws.
    public func makeChannel(
        capacity: Int? = nil, byteCapacity: Int? = nil, redelivers: Bool = false, closesWithSenders: Bool = false
    ) throws -> any Channel {
        try makeChannel(
            ChannelOptions(
                capacity: capacity, byteCapacity: byteCapacity, redelivers: redelivers,
                closesWithSenders: closesWithSenders))
    }
}

/// An executor whose workers share the caller's memory, so that no value needs to be `Codable`.
///
/// ```swift
/// let future = try pool.submit(options: .default) { environment in try parse(document, environment) }
/// ```
public protocol InProcessExecutor: Executor {
    /// Queues a closure. Its captures must be `Sendable`.
    func submit<Value: Sendable>(
        options: TaskOptions, running body: @escaping @Sendable (any TaskEnvironment) throws -> Value
    ) throws -> Future<Value>
}
