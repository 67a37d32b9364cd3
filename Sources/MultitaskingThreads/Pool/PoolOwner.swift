internal import MultitaskingCore
internal import MultitaskingSystem

/// The process whose threads a pool has.
///
/// A value, which a thread that asks has a copy of: an object would be held while it is asked, and counting its holders
/// it moved its cache line from one thread to the other with each task, which doubled what a `submit` takes.
struct PoolOwner: Sendable {
    private let generation = ForkGeneration.begin()

    /// Whether that is this process, which may have been forked from it.
    @inline(__always)
    var isThisProcess: Bool { generation == ForkGeneration.current }

    /// Throws if it is not: nobody would do here what is asked of the pool.
    @inline(__always)
    func check() throws {
        if !isThisProcess { throw Self.isParent }
    }

    @inline(never)
    static var isParent: MultitaskingError {
        MultitaskingError(
            .shutDown,
            "this pool belongs to the parent process, whose threads a fork does not copy; make a pool of your own here")
    }
}
