import Glibc
import MultitaskingCore
import MultitaskingSystem

/// What speaks against forking this process now.
enum ForkObstacle: Error, Equatable {
    /// It has this many threads besides the caller's and the pool's own.
    case threads(Int)
    /// It has used Dispatch or Swift concurrency.
    case dispatch
    /// A global or something else is being initialized once, on the thread that would fork.
    case initialization
    /// Its threads cannot be counted; the error number of the attempt.
    case uncountable(Int32)

    /// What that is, in words that go on after "because".
    var reason: String {
        switch self {
        case .threads(let count):
            "this process runs \(count) other thread(s), and a copy could hang on a lock that one of them holds"
        case .dispatch: "this process has used Dispatch or Swift concurrency, which do not work in a copy"
        case .initialization:
            "a global or static variable is being initialized on this thread, and a copy would wait for that "
                + "forever"
        case .uncountable(ENOENT): "/proc, where this process's threads are counted, is missing"
        case .uncountable: "this process's threads cannot be counted"
        }
    }

    /// The cause of an error that says itself what to do.
    var cause: MultitaskingError {
        MultitaskingError(.unsafeFork, "this process was not forked, because \(reason)", cause: nil)
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
                method .automatic or .spawn, or create the pool before that
                """)
        case .initialization:
            MultitaskingError(
                .unsafeFork,
                """
                a global or static variable is being initialized on this thread, and a forked copy would wait for that \
                forever, because nothing completes it there; use the start method .automatic or .spawn, or create the \
                pool outside the initial value
                """)
        case .uncountable(ENOENT):
            MultitaskingError(.unsafeFork, "\(reason); mount it (mount -t proc proc /proc)")
        case .uncountable(let code):
            Refusal(.openDirectory, code).error("count this process's threads in /proc/self/task")
        }
    }
}
