package import Synchronization

/// How many threads may run at the same time in this process without being in each other's way.
package enum SpinningCores {
    /// Twice the number, and 1 if this process has a single core to run on; 0 until it is measured.
    ///
    /// ORDERING: relaxed; every thread that finds it missing computes the same value.
    @usableFromInline
    package static let kept = Atomic<Int>(0)

    /// At least 1. A load, once it is known: it is asked for before every wait.
    @inlinable
    package static var count: Int { code >> 1 }

    /// Whether something can happen on another core while this process looks for it. It can where a quota leaves less
    /// than two cores' worth of time.
    @inlinable
    package static var areSeveral: Bool { code & 1 == 0 }

    /// Both, for another process of the pool.
    @inlinable
    package static var code: Int {
        let code = kept.load(ordering: .relaxed)
        return code > 0 ? code : measure()
    }

    /// Takes over what another process of the pool has found out.
    package static func adopt(_ code: Int) { kept.store(max(2, code), ordering: .relaxed) }

    /// Measures it again, in a process that was bound to other cores than its parent.
    package static func measureAgain() { _ = keep(UsableResources(SystemFiles())) }

    @usableFromInline @inline(never)
    package static func measure() -> Int { keep(.current) }

    private static func keep(_ resources: UsableResources) -> Int {
        let code = resources.wholeCores << 1 | (resources.reachableCores > 1 ? 0 : 1)
        kept.store(code, ordering: .relaxed)
        return code
    }
}
