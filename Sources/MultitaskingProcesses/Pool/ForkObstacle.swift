import MultitaskingCore

/// What speaks against forking this process now.
enum ForkObstacle: Equatable {
    /// It has this many threads besides the caller's and the pool's own.
    case threads(Int)
    /// It has used Dispatch or Swift concurrency.
    case dispatch
    /// There is no `/proc` to count its threads in.
    case uncountable

    /// What that is, in words that go on after "because".
    var reason: String {
        switch self {
        case .threads(let count):
            "this process runs \(count) other thread(s), and a copy could hang on a lock that one of them holds"
        case .dispatch: "this process has used Dispatch or Swift concurrency, which do not work in a copy"
        case .uncountable: "/proc, where this process's threads are counted, is not there"
        }
    }

    /// The error of a pool that must be forked.
    var error: MultitaskingError {
        switch self {
        case .threads(let count): .unsafeFork(threads: count)
        case .dispatch:
            MultitaskingError(
                .unsafeFork,
                """
                this process has used Dispatch or Swift concurrency, which do not work in a forked copy; use the start \
                method .automatic or .spawn, or make the pool before
                """)
        case .uncountable:
            MultitaskingError(.unsafeFork, "\(reason); mount it (mount -t proc proc /proc)")
        }
    }
}
