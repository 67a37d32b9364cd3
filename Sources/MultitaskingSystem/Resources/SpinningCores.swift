package import Synchronization

/// How many threads may run at the same time in this process without being in each other's way.
package enum SpinningCores {
    /// 0 until it is measured.
    ///
    /// ORDERING: relaxed; every thread that finds it missing computes the same number.
    @usableFromInline
    package static let kept = Atomic<Int>(0)

    /// At least 1. A load, once it is known: it is asked for before every wait.
    @inlinable
    package static var count: Int {
        let count = kept.load(ordering: .relaxed)
        return count > 0 ? count : measure()
    }

    /// Takes over what another process has found out for those of its pool.
    package static func adopt(_ count: Int) { kept.store(max(1, count), ordering: .relaxed) }

    /// Measures it again, in a process that was bound to other cores than its parent.
    package static func measureAgain() {
        kept.store(UsableResources(SystemFiles()).wholeCores, ordering: .relaxed)
    }

    @usableFromInline @inline(never)
    package static func measure() -> Int {
        let count = UsableResources.current.wholeCores
        kept.store(count, ordering: .relaxed)
        return count
    }
}
