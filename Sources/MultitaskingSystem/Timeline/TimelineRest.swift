internal import MultitaskingCore
internal import Synchronization

/// Where the writer of a timeline sleeps while nothing happens. What happens next wakes it.
///
/// ORDERING: a thread that begins something looks without a fence, so it may miss a rest that begins at the same time.
/// The rest is limited, and what was missed is written after it.
package final class TimelineRest: Sendable {
    private let isResting = Atomic<Bool>(false)
    private let bell = Mutex<Latch?>(nil)

    package init() {}

    /// Blocks until somebody calls ``wake()`` or ``end()``, or the limit passes, which gives false.
    ///
    /// - Parameter isOver: whether there is no reason to rest anymore; asked when others can wake it already.
    package func rest(_ limit: Duration, unless isOver: () -> Bool) -> Bool {
        let latch = Latch()
        bell.withLock { $0 = latch }
        isResting.store(true, ordering: .sequentiallyConsistent)
        defer {
            isResting.store(false, ordering: .relaxed)
            bell.withLock { $0 = nil }
        }
        return isOver() || latch.wait(.upTo(limit))
    }

    /// Something begins that is recorded. A look at a word that hardly ever changes.
    @inline(__always)
    package func wake() { if isResting.load(ordering: .relaxed) { end() } }

    /// Nobody is to rest anymore.
    @inline(never)
    package func end() {
        isResting.store(false, ordering: .relaxed)
        bell.withLock { $0?.open() }
    }
}
