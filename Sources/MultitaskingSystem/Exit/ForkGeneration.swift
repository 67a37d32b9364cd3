internal import MultitaskingPlatform
package import Synchronization

/// Tells a process from one that was forked from it: what belongs to the threads of the parent is of no use in the
/// child.
///
/// The number is counted by the C library's handler in the child, so that every `fork()` is seen, whatever calls it,
/// and asking is a load. Only what calls the kernel past the C library is not seen.
package enum ForkGeneration {
    // ORDERING: relaxed; it changes right after a fork, while there is one thread.
    @usableFromInline
    package static let counter = Atomic<Int>(0)

    private static let isCounting =
        pthread_atfork(nil, nil, { ForkGeneration.counter.add(1, ordering: .relaxed) }) == 0

    /// The number of this process, to be compared with ``current`` later. Counts forks from now on.
    package static func begin() -> Int {
        _ = isCounting
        return current
    }

    /// How many forks there were on the way from the first process that asked to this one.
    @inlinable @inline(__always)
    package static var current: Int { counter.load(ordering: .relaxed) }
}
