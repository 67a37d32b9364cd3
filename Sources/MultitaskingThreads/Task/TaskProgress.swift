internal import MultitaskingCore
internal import Synchronization

/// How far a task is, its companion if it has one, and the process that has submitted it: one word, in which starting
/// and cancelling are decided against each other.
///
/// Exits: queued → running or cancelled; running → done; done and cancelled → none.
@safe
struct TaskProgress: ~Copyable, Sendable {
    private static let queued: UInt = 0
    private static let running: UInt = 1
    private static let done: UInt = 2
    private static let cancelled: UInt = 3
    private static let phase: UInt = 3
    /// Somebody waits for the end.
    private static let watched: UInt = 4
    private static let flags = phase | watched
    /// Where the lowest bits of the submitting process's generation are: one more word would make the task a sixth
    /// larger, which a program with many tasks pays for.
    private static let generationShift: UInt = 48
    private static let generation: UInt = 0xFF << generationShift

    // SAFETY: what is not flags is 0 or the address of a companion, which is retained once by this word, from when it
    // is put there until `deinit`. Objects lie at multiples of 16, and below 2⁴⁸, where a system that has more puts
    // only what asks for it; bits 56 and up are the address's, since some systems keep a tag of the memory there.
    private let word: Atomic<UInt>

    /// What `start`, `cancel` and `finish` tell the caller that succeeded.
    struct Change {
        /// The task's companion.
        var companion: TaskCompanion?
        /// Whether somebody waits for the end.
        var isWatched: Bool
    }

    /// - Parameter generation: of the process that submits the task.
    init(generation: Int) { word = Atomic(Self.queued | Self.bits(of: generation)) }

    deinit {
        // ORDERING: acquiring, pairs with `companion(else:)`. Nobody else has the word anymore.
        unsafe Self.reference(in: word.load(ordering: .acquiring))?.release()
    }

    var state: TaskState {
        // ORDERING: acquiring, pairs with `finish`: a thread that sees the end also sees the outcome.
        switch word.load(ordering: .acquiring) & Self.phase {
        case Self.queued: .queued
        case Self.running: .running
        case Self.done: .done
        default: .cancelled
        }
    }

    /// Whether the task was submitted in a process of this generation.
    func isOf(generation: Int) -> Bool { word.load(ordering: .relaxed) & Self.generation == Self.bits(of: generation) }

    private static func bits(of generation: Int) -> UInt {
        UInt(truncatingIfNeeded: generation & 0xFF) << generationShift
    }

    var isOver: Bool { word.load(ordering: .acquiring) & Self.phase >= Self.done }

    /// Queued to running; nil if the task was cancelled.
    borrowing func start() -> Change? { leaveQueue(to: Self.running) }

    /// Queued to cancelled; nil if the task has started.
    borrowing func cancel() -> Change? { leaveQueue(to: Self.cancelled) }

    /// Running to done. The outcome must be in place.
    borrowing func finish() -> Change {
        // ORDERING: releasing the outcome to a thread that sees the end, acquiring what `watch` released.
        Self.change(word.add(Self.done - Self.running, ordering: .acquiringAndReleasing).oldValue)
    }

    /// Says that somebody waits, whose means of being told must be in place; false if the task is over already.
    borrowing func watch() -> Bool {
        // ORDERING: releasing, pairs with the acquiring of `finish` and `cancel`.
        let old = word.bitwiseOr(Self.watched, ordering: .acquiringAndReleasing).oldValue
        return old & Self.phase < Self.done
    }

    /// The companion, if there is one.
    var companionIfAny: TaskCompanion? {
        // ORDERING: acquiring, pairs with the releasing of the thread that put it there, where it stays.
        unsafe Self.reference(in: word.load(ordering: .acquiring))?.takeUnretainedValue()
    }

    /// The companion; made if there is none.
    borrowing func companion(else make: () -> TaskCompanion) -> TaskCompanion {
        // ORDERING: acquiring, pairs with the releasing of the thread that put it there.
        var now = word.load(ordering: .acquiring)
        if let companion = unsafe Self.reference(in: now)?.takeUnretainedValue() { return companion }
        let made = make()
        let reference = unsafe Unmanaged.passRetained(made)
        let address = unsafe UInt(bitPattern: reference.toOpaque())
        while true {
            let (done, original) = word.weakCompareExchange(
                expected: now, desired: now | address, successOrdering: .acquiringAndReleasing,
                failureOrdering: .acquiring)
            if done { return made }
            now = original
            if let other = unsafe Self.reference(in: now)?.takeUnretainedValue() {
                unsafe reference.release()
                return other
            }
        }
    }

    private borrowing func leaveQueue(to phase: UInt) -> Change? {
        var now = word.load(ordering: .relaxed)
        while now & Self.phase == Self.queued {
            // ORDERING: acquiring what the submitter wrote and `watch` released; releasing, for a cancelled task, its
            // end.
            let (done, original) = word.weakCompareExchange(
                expected: now, desired: now | phase, successOrdering: .acquiringAndReleasing,
                failureOrdering: .relaxed)
            if done { return Self.change(now) }
            now = original
        }
        return nil
    }

    private static func change(_ word: UInt) -> Change {
        unsafe Change(companion: reference(in: word)?.takeUnretainedValue(), isWatched: word & watched != 0)
    }

    private static func reference(in word: UInt) -> Unmanaged<TaskCompanion>? {
        unsafe UnsafeRawPointer(bitPattern: word & ~(flags | generation)).map { unsafe Unmanaged.fromOpaque($0) }
    }
}
