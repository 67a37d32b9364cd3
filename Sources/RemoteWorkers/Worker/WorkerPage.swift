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
    }

    /// Maps the page, whose size was checked; nil if that is refused.
    init?(_ descriptor: Int32) {
        let address = unsafe mmap(nil, Int(mr_page_size), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard unsafe address != MAP_FAILED, let address = unsafe address else { return nil }
        unsafe start = address
        close(descriptor)
    }

    // ORDERING: relaxed, all of them; the wrapper reads when this process is gone.

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
        ] {
            let place = unsafe start.advanced(by: offset).assumingMemoryBound(to: Atomic<UInt64>.self)
            unsafe place.pointee.store(time, ordering: .relaxed)
        }
    }

    func note(tasksBegun count: UInt64) {
        let place = unsafe start.advanced(by: Offset.tasksBegun).assumingMemoryBound(to: Atomic<UInt64>.self)
        unsafe place.pointee.store(count, ordering: .relaxed)
    }
}
