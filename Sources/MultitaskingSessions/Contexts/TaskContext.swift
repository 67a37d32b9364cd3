internal import Synchronization

/// The connection of a running task to its parent; declare it as the first parameter of the task's function.
///
/// ```swift
/// func double(_ context: TaskContext, _ factor: Int) throws {
///     while !context.isCancelled {
///         guard let order = try context.readInput(as: Int.self, wait: .upTo(.milliseconds(100))) else { continue }
///         _ = try context.writeOutput(order * factor)
///     }
/// }
/// ```
///
/// A context is only valid while its task runs. Don't store it or send it elsewhere.
public struct TaskContext: TaskSideContext, Codable {
    /// The queues and the event.
    public let objects: ContextObjects

    /// The task's random numbers.
    private let numbers: Numbers

    /// What runs the task; nil in the parent.
    let environment: (any TaskEnvironment)?

    /// Both reasons to end, where they can be looked at without a call; nil elsewhere.
    private let probes: Probes?

    private struct Probes {
        let signal: CancelProbe
        let end: CancelProbe

        init?(_ objects: ContextObjects, _ environment: any TaskEnvironment) {
            guard let end = environment.endProbe else { return nil }
            guard let signal = objects.cancelSignal.map(\.cancelProbe) ?? .never else { return nil }
            self.signal = signal
            self.end = end
        }
    }

    init(_ objects: ContextObjects, seed: UInt64) {
        self.objects = objects
        numbers = Numbers(seed)
        environment = nil
        probes = nil
    }

    private init(_ objects: ContextObjects, _ environment: any TaskEnvironment, seed: UInt64) {
        self.objects = objects
        self.environment = environment
        numbers = Numbers(seed)
        probes = Probes(objects, environment)
    }

    /// The same context in the hands of what runs the task; on threads nothing decodes it there.
    func inside(_ environment: any TaskEnvironment) -> TaskContext {
        self.environment == nil ? TaskContext(objects, environment, seed: numbers.seed) : self
    }

    /// Whether the task should stop: its cancel event is set, its time limit has passed, it was cancelled by force, or
    /// the program was interrupted (``Interrupts``).
    ///
    /// Reading it costs one or two loads, so you can check it in a loop. A missing cancel event reads as not set.
    public var isCancelled: Bool {
        if let probes { return probes.signal.isSet || probes.end.isSet }
        return objects.cancelSignal?.isSet ?? false || environment?.isEndRequested ?? false
    }

    /// Which attempt at the task this is, counted from 1; see `TaskOptions.retries`.
    public var attempt: Int { environment?.attempt ?? 1 }

    /// The worker that runs the task: its index, its process ID, and how many tasks it ran before this one.
    public var worker: WorkerInfo { environment?.worker ?? .none }

    /// A random number generator that depends only on the task's seed: `Int.random(in: 1...6, using: &context.random)`.
    ///
    /// The seed comes from the task's options, or is derived from the session's seed and the task's position. Read it
    /// as `context.random.seed` in the task, or as `seed` of its ``PoolTask``. Each attempt at the task gets the same
    /// numbers. All copies of the generator share one sequence.
    public var random: TaskRandom {
        get { numbers.generator }
        // So that it can be passed as `&context.random`. All copies share their state, so there is nothing to keep.
        nonmutating set {}
    }

    /// What the executor keeps until the task has ended, which may be after its session and its handle are gone.
    var companion: (any Sendable)? {
        let isEmpty = !hasInputQueue && !hasOutputQueue && !hasCancelEvent
        return isEmpty ? nil : objects
    }

    /// Recreates the context in a worker.
    ///
    /// - Throws: `noSuchObject` outside a worker, or if the pool has released one of the queues.
    public init(from decoder: any Decoder) throws {
        guard let environment = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment else {
            throw MultitaskingError(
                .noSuchObject,
                "a TaskContext can only be decoded by a worker of its pool: do not store or send it")
        }
        let references = try References(from: decoder)
        self.init(
            ContextObjects(
                inputQueue: try references.inputQueue.map { QueueHandle(try environment.channel($0)) },
                outputQueue: try references.outputQueue.map { QueueHandle(try environment.channel($0)) },
                cancelSignal: try references.cancelSignal.map(environment.cancelSignal)),
            environment, seed: references.seed)
    }

    /// Encodes the references of the queues and the event.
    public func encode(to encoder: any Encoder) throws {
        try References(
            inputQueue: objects.inputQueue?.channel.reference, outputQueue: objects.outputQueue?.channel.reference,
            cancelSignal: objects.cancelSignal?.reference, seed: numbers.seed
        ).encode(to: encoder)
    }

    private struct References: Codable {
        var inputQueue: SharedObjectID?
        var outputQueue: SharedObjectID?
        var cancelSignal: SharedObjectID?
        var seed: UInt64
    }
}

/// A task's random numbers, made when they are first asked for.
private final class Numbers: Sendable {
    let seed: UInt64
    private let made = Mutex<TaskRandom?>(nil)

    init(_ seed: UInt64) { self.seed = seed }

    var generator: TaskRandom {
        made.withLock { made in
            let generator = made ?? TaskRandom(seed: seed)
            made = generator
            return generator
        }
    }
}
