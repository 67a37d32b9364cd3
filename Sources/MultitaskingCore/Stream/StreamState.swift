/// What of a stream is under way: decides what to submit and what to give next, and neither submits nor waits.
struct StreamState<Element: Portable, Output: Portable> {
    typealias Unit = StreamUnit<Element, Output>
    typealias Item = (offset: Int, result: Result<Output, any Error>)

    private let order: StreamOrder
    /// How many inputs may be submitted and unread; nil to count tasks instead of inputs.
    private let ahead: Int?
    /// How many tasks may be submitted and unread.
    private let tasksAhead: Int
    private var chunkSize: StreamChunkSize

    /// The tasks whose results were not read, by the number of their submission.
    private var units: [Int: Unit] = [:]
    /// The first number that was not read, in the order of input.
    private var first = 0
    /// The next task's number.
    private(set) var next = 0
    /// The next input's offset.
    private(set) var offset = 0
    /// The results of a task that has ended, the next one last.
    private var ready: [Item] = []
    /// How many inputs were submitted and not read.
    private var unread = 0

    init(order: StreamOrder, ahead: Int?, workers: Int, submitsElements: Bool) {
        self.order = order
        self.ahead = ahead
        tasksAhead = max(1, ahead ?? 2 * workers)
        let limit = submitsElements ? 1 : ahead.map { $0 / (2 * workers) } ?? .max
        chunkSize = StreamChunkSize(limit: limit)
    }

    /// How many inputs the next task may have; 0 if none is to be submitted now.
    var room: Int {
        guard units.count + (ready.isEmpty ? 0 : 1) < tasksAhead || isEmpty else { return 0 }
        guard let ahead else { return chunkSize.current }
        return max(0, min(chunkSize.current, ahead - unread))
    }

    /// How many tasks have not ended, or were not read.
    var unitCount: Int { units.count }

    /// Whether everything that was submitted was read.
    var isEmpty: Bool { units.isEmpty && ready.isEmpty }

    mutating func add(_ unit: Unit) {
        units[next] = unit
        next += 1
        unread += unit.count
        offset += unit.count
    }

    /// The task whose end is waited for in the order of input.
    var head: Unit? { units[first] }

    func unit(_ number: Int) -> Unit? { units[number] }

    /// The next result of a task that was taken.
    mutating func takeReady() -> Item? {
        guard let item = ready.popLast() else { return nil }
        unread -= 1
        return item
    }

    /// Takes a task that has ended, to give its results next.
    mutating func take(_ number: Int) {
        guard let unit = units.removeValue(forKey: number) else { return }
        if number == first { first += 1 }
        if let duration = unit.duration {
            chunkSize.note(count: unit.count, calls: duration, submission: unit.submission)
        }
        ready = unit.results().enumerated().map { (unit.offset + $0.offset, $0.element) }.reversed()
    }

    /// Takes the first task in the order of input; false if it has not ended.
    mutating func takeHead() -> Bool {
        guard let head, head.isDone else { return false }
        take(first)
        return true
    }

    /// Gives up everything; returns what is still to be stopped.
    mutating func removeAll() -> [Unit] {
        let all = Array(units.values)
        units = [:]
        ready = []
        return all
    }
}
