internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// A task on a timeline, with its times.
struct RecordedTask: Sendable {
    var task: TaskLabel
    /// When it was submitted; 0 if it is not known.
    var submission: Int64
    var start: Int64
    var end: Int64
}

/// What a task is called. Made into a text when somebody reads it, since that takes longer than many tasks.
struct TaskLabel: Sendable, CustomStringConvertible {
    var name: String?
    /// What it returns.
    var type: Any.Type

    var description: String {
        if let name { return name }
        if let several = type as? any ResultsOfSeveral.Type { return "elements that return \(several.elementType)" }
        return "a task that returns \(type)"
    }
}

/// The tasks that a worker records, on their way to the thread that writes them down: one writes, one takes, and none
/// of them waits or allocates.
///
/// A full ring takes no more, so that a timeline costs no more than what it can show.
@safe
final class SpanRing: @unchecked Sendable {
    /// How many tasks wait at most to be taken.
    private static let limit = 16_384

    // SAFETY: so many places. Those from `taken` to `written` are initialized and the reader's, the others are not and
    // the writer's; each side moves the border only when it is through with a place.
    private let places: UnsafeMutablePointer<RecordedTask>
    // ORDERING: released by the side that moves it, acquired by the other one.
    private let written = Atomic<Int>(0)
    private let taken = Atomic<Int>(0)
    /// How many tasks found no place. ORDERING: relaxed; the writer's.
    private let lost = Atomic<Int>(0)
    /// How many of them a reader knows of; held by the one that reads.
    private let lostBefore = Lock(0)

    init() { unsafe places = .allocate(capacity: Self.limit) }

    deinit {
        _ = takeAll()
        unsafe places.deallocate()
    }

    /// Writes a task down; false if there is no room. For the one thread that writes.
    ///
    /// - Parameter count: how many tasks it stands for.
    @inline(__always)
    func add(_ task: @autoclosure () -> RecordedTask, count: Int) -> Bool {
        let number = written.load(ordering: .relaxed)
        guard number &- taken.load(ordering: .acquiring) < Self.limit else {
            lost.store(lost.load(ordering: .relaxed) &+ count, ordering: .relaxed)
            return false
        }
        unsafe (places + number % Self.limit).initialize(to: task())
        written.store(number &+ 1, ordering: .releasing)
        return true
    }

    /// Takes what was written down, and how many tasks found no place.
    func takeAll() -> (tasks: [RecordedTask], lost: Int) {
        lostBefore.withLock { lostBefore in
            let first = taken.load(ordering: .relaxed)
            let end = written.load(ordering: .acquiring)
            let tasks = (first..<end).map { unsafe (places + $0 % Self.limit).move() }
            taken.store(end, ordering: .releasing)
            let lost = lost.load(ordering: .relaxed)
            defer { lostBefore = lost }
            return (tasks, lost - lostBefore)
        }
    }
}
