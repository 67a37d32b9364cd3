import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// What a task can ask of the pool: its channels and signals, the time, and to wait for something `async`.
struct WorkerEnvironment: TaskEnvironment {
    // No more than three words, or each `any TaskEnvironment` would be an allocation.
    let membership: Membership
    /// The number of the task's slot; negative outside of a task.
    private let slotIndex: Int

    /// - Parameter slot: the task's slot; nil outside of a task.
    init(membership: Membership, slot: TaskSlot?) {
        self.membership = membership
        slotIndex = slot?.index ?? -1
    }

    /// The task's slot; nil outside of a task.
    var slot: TaskSlot? { slotIndex < 0 ? nil : TaskSlot(arena: membership.arena, index: slotIndex) }

    func channel(_ reference: ObjectReference) throws -> any JoinableChannel {
        try ProcessChannel(reference, membership: membership)
    }

    func cancelSignal(_ reference: ObjectReference) throws -> any CancelSignal {
        try ProcessCancelSignal(reference, membership: membership)
    }

    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let bridge = AsyncBridge<Value>()
        mt_expect_main_queue()
        Task.detached { bridge.finish(await Result { () async throws -> Value in try await body() }) }
        return try bridge.wait().get()
    }

    var clock: any TaskClock { SystemClock() }

    var isEndRequested: Bool { slot?.orders.isEndRequested ?? false }
    var endProbe: CancelProbe? { slot?.orders.endProbe ?? .never }
    var attempt: Int { slot?.orders.attempt ?? 1 }

    func noteProgress(_ element: Int) { slot?.note(progress: element) }
}

extension Result where Failure == any Error {
    /// Awaits `body` and keeps what it returns or throws.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// The machine's monotonic clock.
struct SystemClock: TaskClock {
    var now: Duration { .nanoseconds(monotonicNanoseconds()) }

    func sleep(for duration: Duration) {
        let (seconds, attoseconds) = duration.clampedForWaiting.components
        guard duration > .zero else { return }
        var time = timespec()
        time.tv_sec = Int(seconds)
        time.tv_nsec = Int(attoseconds / 1_000_000_000)
        // The system writes back what is left when a signal interrupts the sleep.
        var left = timespec()
        while unsafe nanosleep(&time, &left) != 0, errno == EINTR { time = left }
    }
}

/// Lets the worker's thread sleep until a Swift task has produced a value.
private final class AsyncBridge<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let semaphore = Semaphore()

    func finish(_ value: Result<Value, any Error>) {
        result.withLock { $0 = value }
        semaphore.signal()
    }

    func wait() -> Result<Value, any Error> {
        while true {
            if let value = result.withLock({ $0 }) { return value }
            semaphore.wait()
        }
    }
}

/// A POSIX semaphore of this process.
@safe
private final class Semaphore: @unchecked Sendable {
    // SAFETY: the semaphore is allocated once, has a stable address, and is destroyed when nobody can wait any more.
    private let pointer: UnsafeMutablePointer<sem_t>

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe sem_init(pointer, 0, 0)
    }

    deinit {
        unsafe sem_destroy(pointer)
        unsafe pointer.deallocate()
    }

    func signal() { unsafe sem_post(pointer) }
    func wait() { unsafe sem_wait(pointer) }
}
