internal import MultitaskingCore
internal import MultitaskingSerialization
internal import RemoteWorkers

/// What changes of a pool: its queue, its workers' places, and what runs.
struct PoolState: Sendable {
    struct Run: Sendable {
        let task: any QueuedTask
        /// The number of the worker.
        let place: Int
        /// The process that runs it, on whatever node; 0 while that is not known.
        var pid: Int32 = 0
        var node: String?
        /// When it was known to run.
        var start: Int64?
    }

    /// How many workers there are, and how many more calls Ray is given.
    private(set) var target: Int
    private let handOver: Int
    /// The places without a task, the lowest last.
    private var freePlaces: [Int]
    private var queue = TaskQueue()
    /// The tasks that belong to a place.
    private var ownTasks: [Int: [any QueuedTask]] = [:]

    private(set) var runs: [UInt64: Run] = [:]
    /// How many tasks the process at a place has run.
    var tasksRun: [Int: Int] = [:]
    /// How many tasks have not ended.
    var unsettled = 0
    var tally = PoolTally()
    /// What a timeline is made of; nil while there is none.
    var spans: SpanLog?
    var objects: UInt64 = 0

    /// The calls that all processes make, by their numbers.
    var calls: Set<UInt64> = []
    var lastCall = RayPoolCore.lastOwnCall
    var finalized: [(CallEnd, FrameTail)] = []

    /// How the pool ends; nil while it is open.
    var mode: ShutdownMode?
    var isReady = false
    var isEnding = false
    /// How old the pool has become; nil while it lives.
    var age: Duration?
    var refusal: String?
    var loss: MultitaskingError?

    init(maxWorkers: Int, handOver: Int) {
        target = maxWorkers
        self.handOver = handOver
        freePlaces = Array((0..<maxWorkers + handOver).reversed())
    }

    // MARK: The queue

    mutating func append(_ task: any QueuedTask) {
        if let place = task.place { ownTasks[place, default: []].append(task) } else { queue.append(task) }
    }

    /// Puts a task before the others of its kind.
    mutating func insert(_ task: any QueuedTask) {
        if let place = task.place { ownTasks[place, default: []].insert(task, at: 0) } else { queue.insert(task) }
    }

    mutating func removeQueued() -> [any QueuedTask] {
        defer { ownTasks = [:] }
        return ownTasks.values.flatMap(\.self) + queue.removeAll()
    }

    /// Begins the next task that there is a place for; nil if there is none.
    ///
    /// - Parameter begin: gives which attempt it is, or nil for a task that has ended meanwhile.
    mutating func takeNext(
        as run: UInt64, begin: (any QueuedTask) -> Int?
    ) -> (task: any QueuedTask, attempt: Int, place: Int)? {
        for place in ownTasks.isEmpty ? [] : ownTasks.keys.sorted() {
            guard let free = freePlaces.firstIndex(of: place) else { continue }
            while let task = ownTasks[place]?.first {
                ownTasks[place]?.removeFirst()
                if ownTasks[place]?.isEmpty == true { ownTasks[place] = nil }
                guard let attempt = begin(task) else { continue }
                freePlaces.remove(at: free)
                runs[run] = Run(task: task, place: place)
                return (task, attempt, place)
            }
        }
        guard let place = freePlaces.last, let begun = queue.next({ task in begin(task).map { (task, $0) } }) else {
            return nil
        }
        freePlaces.removeLast()
        runs[run] = Run(task: begun.0, place: place)
        return (begun.0, begun.1, place)
    }

    // MARK: Runs

    /// A run is known to be somewhere.
    mutating func start(_ run: UInt64, at place: RunPlace, now: Int64) -> (any QueuedTask)? {
        guard runs[run] != nil else { return nil }
        runs[run]?.pid = place.pid
        runs[run]?.node = place.node
        if runs[run]?.start == nil { runs[run]?.start = now }
        return runs[run]?.task
    }

    /// Ends a run; its place is free again.
    mutating func end(_ run: UInt64) -> Run? {
        guard let ended = runs.removeValue(forKey: run) else { return nil }
        free(ended.place)
        return ended
    }

    private mutating func free(_ place: Int) {
        guard place < target + handOver else { return }
        freePlaces.insert(place, at: freePlaces.firstIndex { $0 < place } ?? freePlaces.count)
    }

    mutating func removeRuns() -> [any QueuedTask] {
        defer { runs = [:] }
        return runs.values.map(\.task)
    }

    /// Changes the number of workers; the new ones that have calls to make.
    mutating func resize(to count: Int) -> Range<Int> {
        let before = target
        let places = target + handOver
        target = count
        if target + handOver > places {
            let busy = Set(runs.values.map(\.place))
            for place in places..<target + handOver where !busy.contains(place) { free(place) }
        } else {
            freePlaces.removeAll { $0 >= target + handOver }
            // What is left to do for a worker that is gone can be done by any.
            for (place, tasks) in ownTasks where place >= target + handOver {
                ownTasks[place] = nil
                for task in tasks { queue.append(task) }
            }
        }
        return calls.isEmpty || count < before ? before..<before : before..<count
    }
}
