/// How a pool makes its first process, from which all workers are forked.
///
/// ```swift
/// let pool = try ProcessPool(maxWorkers: 2, startMethod: .spawn)
/// ```
public enum StartMethod: String, Sendable, Hashable, CaseIterable {
    /// ``fork`` if this process has no threads but the caller's and the pools' own sleeping ones, has never used
    /// Dispatch, and is not about to initialize a global or `static let` with the pool; otherwise ``spawn``.
    case automatic
    /// Copy this process: workers have all its globals as they are now; takes less than a millisecond.
    ///
    /// Throws `unsafeFork` if other threads run, because a copy may hang on a lock that one of them held; or if a
    /// global is being initialized, because a copy would wait for that without end.
    case fork
    /// Run the program anew, with the same arguments, up to just before `main`: always safe, takes about ten
    /// milliseconds.
    ///
    /// Throws `cannotSpawn` if what was started does not become a process of the pool within ten seconds, or if it is
    /// known that it would not: in a library that was loaded by `dlopen`, and in a set-user-id program.
    ///
    /// Workers then have none of what `main` has set up: the top-level variables of a `main.swift` read as zero there.
    /// Pass such values as arguments, or make them `static let`s or globals of another file, which initialize
    /// themselves wherever they are used.
    case spawn
}
