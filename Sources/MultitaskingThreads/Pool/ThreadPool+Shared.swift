internal import MultitaskingCore
internal import MultitaskingSystem

extension ThreadPool {
    /// A pool for all parts of a program that need one now and then.
    ///
    /// It is made when it is first asked for, with as many threads as a pool has by default, and made anew when it was
    /// shut down, and in a process that was forked from the one it belongs to. It ends with the program, after what was
    /// submitted. Its tasks must not wait for each other without end: nobody knows who else uses it.
    ///
    /// - Throws: as the initializer does, if the pool has to be made.
    public static var shared: ThreadPool {
        get throws {
            try sharedPool.get {
                try ThreadPool()
            } isUsable: {
                $0.isUsable
            }
        }
    }

    private static let sharedPool = SharedPool<ThreadPool>()

    private var isUsable: Bool { owner.isThisProcess && !storage.isClosed }
}
