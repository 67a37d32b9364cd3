public import MultitaskingCore

/// What a backend holds, and leaves behind, where the kit can't see it.
///
/// The kit itself checks threads, descriptors, and processes. A backend that has other resources counts them:
///
/// ```swift
/// func holdings(of executor: any Executor) -> [String: Int] { ["blocks": pool.usedBlocks] }
/// func residue() -> [String] { cluster.actors.map { "the actor \($0)" } }
/// ```
public protocol BackendRemains: Sendable {
    /// Returns the resources that `executor` currently holds, as the backend counts them: blocks of shared memory,
    /// tasks, channels. They must be the same before and after a case. By default, there are none.
    func holdings(of executor: any Executor) -> [String: Int]

    /// Describes what the backend has left behind after the shutdown of its executors: in a cluster, on other machines,
    /// or in files.
    ///
    /// After each case, the kit calls this method repeatedly until the result is empty or the patience ends. By
    /// default, there is no residue.
    func residue() -> [String]
}

extension BackendRemains {
    /// Returns no holdings.
    public func holdings(of executor: any Executor) -> [String: Int] { [:] }

    /// Returns no residue.
    public func residue() -> [String] { [] }
}
