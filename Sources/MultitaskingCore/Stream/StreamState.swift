/// What of a stream is under way: decides what to submit and what to give next, and neither submits nor waits.
struct StreamState<Element: Portable, Output: Portable> {
    typealias Unit = StreamUnit<Element, Output>

    /// How many inputs may be submitted and unread; nil to count tasks instead of inputs.
    private let ahead: Int?
    private var chunkSize: StreamChunkSize

    /// The tasks that the reader has not taken, by the number of their submission.
    private var units: [Int: Unit] = [:]
    /// The first number that was not taken, in the order of input.
    private(set) var first = 0
    /// The next task's number.
    private(set) var next = 0
    /// The next input's offset.
    private(set) var offset = 0
    /// How many inputs were submitted and not read.
    private var unread = 0
    /// How many of them the reader has taken, to read them one by one.
    private var taken = 0

    init(ahead: Int?, workers: Int, submitsElements: Bool) {
        self.ahead = ahead
        let limit = submitsElements ? 1 : ahead.map { $0 / Self.tasks(for: workers) } ?? .max
        chunkSize = StreamChunkSize(limit: limit)
    }

    /// How many tasks are to be under way.
    private static func tasks(for workers: Int) -> Int { 2 * max(1, min(workers, Int.max / 2)) }

    /// How many inputs the next task may have; 0 if none is to be submitted now.
    func room(workers: Int) -> Int {
        let hasEnoughTasks = units.count >= Self.tasks(for: workers)
        guard let ahead else { return hasEnoughTasks ? 0 : chunkSize.current }
        let room = ahead - unread
        // A task of few elements would, when it is read, make room for one of few again.
        if room < chunkSize.current, hasEnoughTasks { return 0 }
        return max(0, min(chunkSize.current, room))
    }

    /// How many tasks have not ended, or were not taken.
    var unitCount: Int { units.count }

    /// Whether everything that was submitted was taken.
    var isEmpty: Bool { units.isEmpty }

    mutating func add(_ unit: Unit) {
        units[next] = unit
        next += 1
        unread += unit.count
        offset += unit.count
    }

    /// The task whose end is waited for in the order of input.
    var head: Unit? { units[first] }

    func unit(_ number: Int) -> Unit? { units[number] }

    /// The tasks that the reader has not taken, in the order of their submission.
    var all: [Unit] { units.sorted { $0.key < $1.key }.map(\.value) }

    /// Takes a task that has ended, whose results are read from now on.
    mutating func take(_ number: Int) {
        guard let unit = units.removeValue(forKey: number) else { return }
        if number == first { first += 1 }
        taken += unit.count
    }

    /// Notes that everything that was taken was read.
    mutating func noteRead() {
        unread -= taken
        taken = 0
    }

    /// Takes note of what a task has cost.
    mutating func note(_ cost: StreamChunkSize.Cost) { chunkSize.note(cost) }

    /// Gives up everything; returns what is still to be stopped, in the order of submission.
    mutating func removeAll() -> [Unit] {
        defer { units = [:] }
        return all
    }
}
