/// How one task is to be run.
public struct TaskOptions: Sendable, Hashable {
    /// What `submit` does when the pool has no room for another task: wait, fail, or wait for a while and then fail.
    ///
    /// The default waits for as long as it takes.
    public var waitForRoom: WaitLimit

    /// Makes options.
    public init(waitForRoom: WaitLimit = .forever) {
        self.waitForRoom = waitForRoom
    }

    /// The options of a task that asks for nothing special.
    public static let `default` = TaskOptions()
}
