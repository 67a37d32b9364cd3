internal import MultitaskingCore
internal import Synchronization

/// A `TimeHistogram` that one thread writes while others read it, without a lock.
///
/// ORDERING: relaxed. Each word is right by itself; a reader may miss the last time, or see it in one word alone.
@safe
final class TimeWords: @unchecked Sendable {
    // SAFETY: so many words, which are there as long as this object; each is atomic.
    private let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// The places of what stands before the classes' counts.
    private static let (total, longest, counts) = (0, 1, 2)
    private static let size = counts + TimeHistogram.classCount

    init() {
        unsafe words = .allocate(capacity: Self.size)
        for index in 0..<Self.size { unsafe (words + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe words.deinitialize(count: Self.size)
        unsafe words.deallocate()
    }

    /// Adds a time that stands for several; for the one thread that writes.
    func add(_ nanoseconds: Int64, count: Int) {
        let (time, count) = (UInt64(clamping: nanoseconds), UInt64(clamping: count))
        set(Self.counts + TimeHistogram.index(of: time)) { $0 &+ count }
        set(Self.total) { $0 &+ time &* count }
        set(Self.longest) { max($0, time) }
    }

    /// The sum of all times, in nanoseconds.
    var total: UInt64 { self[Self.total] }

    /// What is there at the moment.
    var histogram: TimeHistogram {
        TimeHistogram(
            counts: (Self.counts..<Self.size).map { self[$0] }, total: self[Self.total], longest: self[Self.longest])
    }

    private subscript(index: Int) -> UInt64 { unsafe words[index].load(ordering: .relaxed) }

    @inline(__always)
    private func set(_ index: Int, _ change: (UInt64) -> UInt64) {
        unsafe words[index].store(change(words[index].load(ordering: .relaxed)), ordering: .relaxed)
    }
}
