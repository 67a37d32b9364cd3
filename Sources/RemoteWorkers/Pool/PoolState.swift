internal import MultitaskingCore
internal import MultitaskingSerialization

/// What changes of a pool: its queue, its workers' places, and what runs.
struct PoolState: Sendable {
    struct Run: Sendable {
        let task: any QueuedTask
        /// The number of the worker.
        let place: Int
        /// How many tasks its worker runs before it, unless one of them is given back.
        var tasksBefore: Int
        /// The process that runs it, on whatever node; 0 while that is not known.
        var pid: Int32 = 0
        var node: String?
        /// When it was known to run.
        var start: Int64?
        /// What it has printed, by the number of the stream, if that is shown in lines.
        var lines: [UInt8: PrefixedLines] = [:]
    }

    /// How many workers there are, and how many more calls the cluster is given.
    private(set) var target: Int
    private let handOver: Int
    /// The places without a task, the lowest last.
    private var freePlaces: [Int]
    private var queue = TaskQueue()
    /// The tasks that belong to a place.
    private var ownTasks: [Int: [any QueuedTask]] = [:]
    /// The tasks that wait for their next attempt.
    private var delayed: [UInt64: any QueuedTask] = [:]
    private var lastDelay: UInt64 = 0

    private(set) var runs: [UInt64: Run] = [:]
    /// How many runs there are at a place that has some.
    private var runCounts: [Int: Int] = [:]
    /// How many tasks the process at a place has run.
    private var tasksRun: [Int: Int] = [:]
    /// How many tasks have not ended.
    var unsettled = 0
    var tally = PoolTally()
    /// What a timeline is made of; nil while there is none.
    var spans: SpanLog?
    /// The number of the last channel or signal.
    var objects = SharedObjectID.makeOrigin()

    /// The calls that all processes make, by their numbers.
    var calls: Set<UInt64> = []
    var lastCall = RemotePool.lastOwnCall
    var finalized: [(CallEnd, FrameTail)] = []

    /// How the pool ends; nil while it is open.
    var mode: ShutdownMode?
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
        if let place = place(of: task) { ownTasks[place, default: []].append(task) } else { queue.append(task) }
    }

    /// Puts a task back to where it was.
    mutating func insert(_ task: any QueuedTask) {
        if let place = place(of: task) { ownTasks[place, default: []].insert(task, at: 0) } else { queue.insert(task) }
    }

    /// The place that a task belongs to; nil if any will do, as for what a worker that is gone has left to do.
    private func place(of task: any QueuedTask) -> Int? { task.place.flatMap { $0 < target + handOver ? $0 : nil } }

    /// Keeps a task until its next attempt is due; by what it is taken out then. Nil if no task is run again anymore.
    mutating func delay(_ task: any QueuedTask) -> UInt64? {
        guard takesBack else { return nil }
        lastDelay += 1
        delayed[lastDelay] = task
        return lastDelay
    }

    /// Takes out a task whose next attempt is due; nil if it is not there anymore.
    mutating func removeDelayed(_ id: UInt64) -> (any QueuedTask)? { delayed.removeValue(forKey: id) }

    /// Whether a task can be run again.
    var takesBack: Bool { loss == nil && (mode == nil || mode == .drain) }

    /// Takes out all tasks that wait, for a worker or for their next attempt.
    mutating func removeQueued() -> [any QueuedTask] {
        defer { (ownTasks, delayed) = ([:], [:]) }
        return ownTasks.values.flatMap(\.self) + queue.removeAll() + delayed.values
    }

    /// A task that begins, as the next run of a place.
    struct Start {
        let run: UInt64
        let task: any QueuedTask
        let attempt: Int
        let place: Int
        var tasksBefore = 0
    }

    /// Begins the next tasks for which there is one place; nothing if there is none.
    ///
    /// They are several where tasks are so short that the cluster's round trip is what they cost.
    /// - Parameters:
    ///   - makeRun: gives a number that no other run has.
    ///   - begin: gives which attempt it is, or nil for a task that has ended meanwhile.
    mutating func takeNext(makeRun: () -> UInt64, begin: (any QueuedTask, UInt64) -> Int?) -> [Start] {
        if let start = takeOwn(as: makeRun(), begin) { return [start] }
        guard let place = freePlaces.last, let first = takeAny(at: place, as: makeRun(), begin) else { return [] }
        freePlaces.removeLast()
        var starts = [first]
        // No more than leaves as much for each of the other places.
        let most = first.task.maySharePlace ? min(tally.burst, 1 + queue.count / (target + handOver)) : 1
        while starts.count < most, let next = takeAny(at: place, as: makeRun(), begin, where: { $0.maySharePlace }) {
            starts.append(next)
        }
        return starts
    }

    /// Begins a task that belongs to a place which is free.
    private mutating func takeOwn(as run: UInt64, _ begin: (any QueuedTask, UInt64) -> Int?) -> Start? {
        for place in ownTasks.isEmpty ? [] : ownTasks.keys.sorted() {
            guard let free = freePlaces.firstIndex(of: place) else { continue }
            while let task = ownTasks[place]?.first {
                ownTasks[place]?.removeFirst()
                if ownTasks[place]?.isEmpty == true { ownTasks[place] = nil }
                guard let attempt = begin(task, run) else { continue }
                freePlaces.remove(at: free)
                return add(Start(run: run, task: task, attempt: attempt, place: place))
            }
        }
        return nil
    }

    private mutating func takeAny(
        at place: Int, as run: UInt64, _ begin: (any QueuedTask, UInt64) -> Int?,
        where isWanted: (any QueuedTask) -> Bool = { _ in true }
    ) -> Start? {
        queue.next(where: isWanted) { task in
            begin(task, run).map { Start(run: run, task: task, attempt: $0, place: place) }
        }.map { add($0) }
    }

    private mutating func add(_ start: Start) -> Start {
        var start = start
        start.tasksBefore = tasksRun[start.place, default: 0] + runCounts[start.place, default: 0]
        runs[start.run] = Run(task: start.task, place: start.place, tasksBefore: start.tasksBefore)
        runCounts[start.place, default: 0] += 1
        return start
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

    /// The lines that are whole with what a run has printed; nil if it is not shown in lines.
    mutating func lines(of run: UInt64, _ stream: UInt8, _ bytes: [UInt8]) -> [UInt8]? {
        guard let known = runs[run], known.task.options.output.isPrefixed else { return nil }
        let new = PrefixedLines(known.task.options, worker: known.place)
        return runs[run]?.lines[stream, default: new].take(bytes)
    }

    /// Ends a run; its place is free again if it was the last one there.
    mutating func end(_ run: UInt64, as end: RunEnd) -> Run? {
        guard let ended = runs.removeValue(forKey: run) else { return nil }
        if end.isDeath {
            tasksRun[ended.place] = 0
            // What was handed over with it is run by the next process.
            for (id, other) in runs where other.place == ended.place {
                runs[id]?.tasksBefore = max(0, other.tasksBefore - ended.tasksBefore - 1)
            }
        } else if end.hasRun {
            tasksRun[ended.place] = max(tasksRun[ended.place, default: 0], ended.tasksBefore + 1)
        }
        let left = runCounts[ended.place, default: 1] - 1
        runCounts[ended.place] = left > 0 ? left : nil
        if left <= 0 { free(ended.place) }
        return ended
    }

    private mutating func free(_ place: Int) {
        guard place < target + handOver else { return }
        freePlaces.insert(place, at: freePlaces.firstIndex { $0 < place } ?? freePlaces.count)
    }

    mutating func removeRuns() -> [any QueuedTask] {
        defer {
            runs = [:]
            runCounts = [:]
        }
        return runs.values.map(\.task)
    }

    /// Changes the number of workers; the new ones that have calls to make.
    mutating func resize(to count: Int) -> Range<Int> {
        let before = target
        let places = target + handOver
        target = count
        if target + handOver > places {
            for place in places..<target + handOver where runCounts[place] == nil { free(place) }
        } else {
            freePlaces.removeAll { $0 >= target + handOver }
            for (place, tasks) in ownTasks where place >= target + handOver {
                ownTasks[place] = nil
                for task in tasks { append(task) }
            }
        }
        return calls.isEmpty || count < before ? before..<before : before..<count
    }
}
