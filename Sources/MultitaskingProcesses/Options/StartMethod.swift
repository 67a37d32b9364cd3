/// How a pool starts its first process, from which it forks all workers.
///
/// ```swift
/// let pool = try ProcessPool(maxWorkers: 2, startMethod: .spawn)
/// ```
public enum StartMethod: String, Sendable, Hashable, CaseIterable {
    /// Uses ``fork`` if this process has no threads except the caller's and sleeping threads of pools, has never used
    /// Dispatch, and isn't initializing a global or `static let` with the pool; otherwise ``spawn``.
    case automatic
    /// Forks this process, which takes less than a millisecond. Workers start with a copy of all its globals.
    ///
    /// Throws `unsafeFork` if other threads run, because the fork might hang on a lock that one of them holds; if this
    /// process has used Dispatch or Swift concurrency, which don't work in a fork; or if a global is being initialized,
    /// because the fork would wait for that forever.
    case fork
    /// Starts the program again, with the same arguments, up to just before `main`. This is always safe, and takes a
    /// few milliseconds.
    ///
    /// Throws `cannotSpawn` if the new process doesn't join the pool within ten seconds, or if it's known that it
    /// wouldn't: in a library loaded by `dlopen`, and in a set-user-ID program.
    ///
    /// Workers don't have the state that `main` has set up: the top-level variables of a `main.swift` read as zero.
    /// Pass such values as arguments, or make them static properties or globals of another file, which are initialized
    /// on first use.
    case spawn
}
