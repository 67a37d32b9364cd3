import Foundation
public import MultitaskingCore

/// The smallest complete backend: each task gets a thread of its own, and so many run at once as there are workers.
///
/// An example of what the article "Implementing a backend" explains. Use `ThreadPool` for work.
public final class OneThreadPerTask: InProcessExecutor {
    /// How many tasks run at the same time.
    public let maxWorkers: Int

    private struct State: Sendable {
        var queue: [any QueuedJob] = []
        var running = 0
        /// Jobs that were taken out of the queue by a shutdown and are not cancelled yet.
        var unwanted = 0
        var isShutDown = false
    }

    private let state = Watched(State())
    private let objects = Objects()

    /// Makes a pool.
    ///
    /// - Throws: `invalidArgument` if `maxWorkers` is below 1.
    public init(maxWorkers: Int) throws {
        guard maxWorkers > 0 else {
            throw MultitaskingError(.invalidArgument, "maxWorkers is \(maxWorkers) and must be at least 1")
        }
        self.maxWorkers = maxWorkers
    }

    // The threads of a pool that is dropped keep it until its work is done.
    deinit { objects.endChannels() }

    private static var shutDown: MultitaskingError {
        MultitaskingError(.shutDown, "the pool was shut down; make another one")
    }

    /// Queues a call.
    public func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> {
        try submit(options: options) { try call(in: $0) }
    }

    /// Queues a closure.
    ///
    /// - Throws: `invalidArgument` for options that are not kept; `shutDown` after ``shutdown(_:)``.
    public func submit<Value: Sendable>(
        options: TaskOptions, running body: @escaping @Sendable (any TaskEnvironment) throws -> Value
    ) throws -> Future<Value> {
        // A thread cannot be ended, and nobody watches the time or tries again.
        try options.validate(for: [])
        let job = Job(body)
        try state.access { state in
            guard !state.isShutDown else { throw Self.shutDown }
            state.queue.append(job)
        }
        startNext()
        return Future(job)
    }

    /// Makes a channel.
    ///
    /// - Throws: `invalidArgument` for a bound below 1, and for a bound in bytes; `shutDown` after ``shutdown(_:)``.
    public func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        guard !state.access({ $0.isShutDown }) else { throw Self.shutDown }
        try options.validate()
        guard options.byteCapacity == nil else {
            throw MultitaskingError(.invalidArgument, "leave byteCapacity out: elements are not encoded here")
        }
        guard !options.closesWithSenders, options.capacity != 0 else {
            throw MultitaskingError(
                .invalidArgument, "leave closesWithSenders out, and give a capacity of at least 1, or none")
        }
        return objects.add { SmallChannel(reference: $0, capacity: options.capacity) }
    }

    /// Makes a cancel signal.
    public func makeCancelSignal() -> any CancelSignal { objects.add { SmallSignal(reference: $0) } }

    /// Not to be called by one of the pool's own tasks, which it would wait for.
    @available(*, noasync, message: "this blocks the thread")
    public func shutdown(_ mode: ShutdownMode) {
        settleDependents(mode)
        let unwanted = state.access { state in
            state.isShutDown = true
            guard mode != .drain else { return [any QueuedJob]() }
            defer { state.queue = [] }
            state.unwanted += state.queue.count
            return state.queue
        }
        for job in unwanted {
            _ = job.cancel(force: false)
            state.access { $0.unwanted -= 1 }
        }
        // Also for what another caller is cancelling.
        _ = state.wait(.forever) { $0.running == 0 && $0.queue.isEmpty && $0.unwanted == 0 ? true : nil }
        // Nobody is left to send or to receive.
        objects.endChannels()
    }

    /// Starts the first job that was not cancelled, if a worker is free.
    ///
    /// Jobs are taken and begun in one step, so that they start in the order of submission.
    private func startNext() {
        let next: (any QueuedJob)? = state.access { state in
            while state.running < maxWorkers, !state.queue.isEmpty {
                let job = state.queue.removeFirst()
                guard job.begin() else { continue }
                state.running += 1
                return job
            }
            return nil
        }
        guard let next else { return }
        // The thread keeps the pool until the queue is empty, so that a pool that is dropped finishes its work.
        Thread.detachNewThread { [self] in
            next.run(with: objects)
            state.access { $0.running -= 1 }
            startNext()
        }
    }
}
