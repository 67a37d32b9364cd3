import Glibc
import Synchronization

/// Lets the worker's thread sleep until a Swift task has produced a value.
final class AsyncBridge<Value: Sendable>: Sendable {
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
