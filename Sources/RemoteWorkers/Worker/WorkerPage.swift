internal import CRemoteWorkers
internal import Glibc
internal import MultitaskingCore
internal import Synchronization

/// The memory that a child shares with its wrapper, which reads it when the child has died.
@safe
final class WorkerPage: @unchecked Sendable {
    // SAFETY: the page is mapped for as long as the process lives, and all access is atomic.
    private let start: UnsafeMutableRawPointer

    private enum Offset {
        static let phase = 0
        static let progress = 8
        static let tasksBegun = 16
        static let decoding = 24
        static let running = 32
        static let encoding = 40
        /// Two places for reports, used in turn.
        static let reports = [64, 192]
    }

    /// What a report has, behind its number.
    private enum ReportOffset {
        static let fraction = 8
        static let length = 16
        static let text = 24
    }

    private let reporting = Mutex(())

    /// Maps the page, whose size was checked; nil if that is refused.
    init?(_ descriptor: Int32) {
        let address = unsafe mmap(nil, Int(mr_page_size), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard unsafe address != MAP_FAILED, let address = unsafe address else { return nil }
        unsafe start = address
        close(descriptor)
    }

    // ORDERING: relaxed, all but those of reports; the wrapper reads when this process is gone, or has sent a frame.

    func enter(_ phase: WorkerFailure.Phase) {
        let place = unsafe start.advanced(by: Offset.phase).assumingMemoryBound(to: Atomic<UInt8>.self)
        unsafe place.pointee.store(phase.rawValue, ordering: .relaxed)
    }

    func note(progress element: Int) {
        let place = unsafe start.advanced(by: Offset.progress).assumingMemoryBound(to: Atomic<Int64>.self)
        unsafe place.pointee.store(Int64(element) + 1, ordering: .relaxed)
    }

    /// Notes how long the task was at its parts, before its result is sent.
    func note(_ times: RunTimes) {
        for (offset, time) in [
            (Offset.decoding, times.decoding), (Offset.running, times.running), (Offset.encoding, times.encoding),
        ] { store(time, at: offset) }
    }

    func note(tasksBegun count: UInt64) { store(count, at: Offset.tasksBegun) }

    /// Notes how far the task is. The older of two reports is overwritten, so that one is whole at any instruction.
    ///
    /// ORDERING: the number is taken away first, and stored last, releasing: a reader that finds the same number before
    /// and after has read one report.
    func note(_ report: TaskReport) {
        reporting.withLock { _ in
            let numbers = Offset.reports.map { load($0) }
            let place = Offset.reports[numbers[0] <= numbers[1] ? 0 : 1]
            store(0, at: place)
            atomicMemoryFence(ordering: .releasing)
            store(report.fraction.bitPattern, at: place + ReportOffset.fraction)
            let text = Array(report.message.utf8.prefix(TaskReport.messageLimit))
            store(UInt64(text.count), at: place + ReportOffset.length)
            for first in stride(from: 0, to: text.count, by: 8) {
                let word = text[first..<min(first + 8, text.count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
                store(word, at: place + ReportOffset.text + first)
            }
            unsafe word(place) { unsafe $0.pointee.store(max(numbers[0], numbers[1]) &+ 1, ordering: .releasing) }
        }
    }

    private func store(_ value: UInt64, at offset: Int) {
        unsafe word(offset) { unsafe $0.pointee.store(value, ordering: .relaxed) }
    }

    private func load(_ offset: Int) -> UInt64 { unsafe word(offset) { unsafe $0.pointee.load(ordering: .relaxed) } }

    private func word<Result>(_ offset: Int, _ body: (UnsafeMutablePointer<Atomic<UInt64>>) -> Result) -> Result {
        // SAFETY: the offsets are those above, multiples of eight within the page.
        unsafe body(start.advanced(by: offset).assumingMemoryBound(to: Atomic<UInt64>.self))
    }
}
