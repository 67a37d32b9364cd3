internal import MultitaskingSystem
internal import Synchronization

/// Decides of which tasks it is noted when they were submitted: of all, or of one of several where they come fast.
///
/// Submitters only read here, but for those whose task is noted.
final class SubmitSampler: Sendable {
    /// The time is noted of tasks whose position has none of these bits.
    private let mask = Atomic<UInt>(0)
    /// Whether it is noted of all, because they are recorded.
    private let notesAll = Atomic<Bool>(false)
    private let last = Atomic<Int64>(0)
    /// Wakes the writer of a timeline, if it rests.
    let rest: TimelineRest

    init(_ rest: TimelineRest) { self.rest = rest }

    private static let rate = SamplingRate.submissions
    /// How often to check how fast they come.
    private static let share: UInt = 16

    func noteAll(_ isOn: Bool) {
        notesAll.store(isOn, ordering: .relaxed)
        mask.store(0, ordering: .relaxed)
    }

    /// When the next task is submitted, if that is noted.
    ///
    /// - Parameter position: how many tasks were submitted before.
    @inline(__always)
    func submission(at position: UInt) -> Submission {
        Counting.isOn && position & mask.load(ordering: .relaxed) == 0 ? look(position) : .unknown
    }

    @inline(never)
    private func look(_ position: UInt) -> Submission {
        let now = eventNanoseconds()
        let mask = mask.load(ordering: .relaxed)
        if position % Self.share == 0 {
            let passed = now - last.load(ordering: .relaxed)
            last.store(now, ordering: .relaxed)
            let isSampled = !notesAll.load(ordering: .relaxed) && position > UInt(Self.rate.remainingFirst)
            let average = passed / Int64(max(Self.share, mask + 1))
            let next = isSampled ? UInt(Self.rate.share(ofTasksComingIn: average) - 1) : 0
            if next != mask { self.mask.store(next, ordering: .relaxed) }
        }
        return Submission(time: now, count: UInt64(mask) + 1)
    }
}

/// When a task was submitted, and for how many tasks that stands: a word that travels beside it in the queue.
struct Submission: Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC, but the last eight bits: how many tasks, less one. 0 if it was not noted.
    let rawValue: UInt

    static let unknown = Submission(rawValue: 0)

    init(rawValue: UInt) { self.rawValue = rawValue }

    /// - Parameter count: from 1 to 256.
    init(time: Int64, count: UInt64) { rawValue = UInt(bitPattern: Int(time)) & ~0xff | UInt(count - 1) & 0xff }

    var isKnown: Bool { rawValue != 0 }
    var time: Int64 { Int64(rawValue & ~0xff) }
    var count: UInt64 { UInt64(rawValue & 0xff) + 1 }
}
