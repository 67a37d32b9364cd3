import MultitaskingSerialization
import Synchronization

/// The writers that nobody uses at the moment, kept because making new ones takes long.
@safe
final class WriterPool: @unchecked Sendable {
    // SAFETY: the pointer owns the reference that `put` retained; an exchange hands it, and so the writer, to one
    // thread.
    // ORDERING: putting releases and taking acquires, so that who takes a writer sees what its last user left in it.
    private let first = unsafe Atomic<UnsafeMutableRawPointer?>(nil)
    private let others = Mutex<[Idle]>([])

    private struct Idle: @unchecked Sendable {
        // SAFETY: it is in the list only while nobody holds it, and the list's lock hands it to one thread at a time.
        let writer: PayloadWriter
    }

    deinit { while take() != nil {} }

    /// Takes a writer; nil if there is none.
    func take() -> PayloadWriter? {
        guard let pointer = unsafe first.exchange(nil, ordering: .acquiringAndReleasing) else {
            return others.withLock { $0.popLast() }?.writer
        }
        return unsafe Unmanaged<PayloadWriter>.fromOpaque(pointer).takeRetainedValue()
    }

    /// Keeps a writer.
    func put(_ writer: PayloadWriter) {
        let pointer = unsafe Unmanaged.passRetained(writer).toOpaque()
        guard let former = unsafe first.exchange(pointer, ordering: .acquiringAndReleasing) else { return }
        let idle = unsafe Idle(writer: Unmanaged<PayloadWriter>.fromOpaque(former).takeRetainedValue())
        others.withLock { if $0.count < 16 { $0.append(idle) } }
    }
}
