import MultitaskingSerialization
import Synchronization

/// The writers that nobody uses at the moment, kept because making new ones takes long.
final class WriterPool: Sendable {
    private let spare = AtomicSpare<PayloadWriter>()
    private let others = Mutex<[Idle]>([])

    private struct Idle: @unchecked Sendable {
        // SAFETY: it is in the list only while nobody holds it, and the list's lock hands it to one thread at a time.
        let writer: PayloadWriter
    }

    /// Takes a writer; nil if there is none.
    @inline(__always)
    func take() -> PayloadWriter? { spare.take() ?? takeOther() }

    @inline(never)
    private func takeOther() -> PayloadWriter? { others.withLock { $0.popLast() }?.writer }

    /// Keeps a writer.
    @inline(__always)
    func put(_ writer: consuming PayloadWriter) {
        if let writer = spare.giveBack(writer) { putOther(writer) }
    }

    @inline(never)
    private func putOther(_ writer: PayloadWriter) {
        let idle = Idle(writer: writer)
        others.withLock { if $0.count < 16 { $0.append(idle) } }
    }
}
