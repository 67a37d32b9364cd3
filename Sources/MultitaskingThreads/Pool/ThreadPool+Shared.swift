internal import MultitaskingCore
internal import MultitaskingSystem

extension ThreadPool {
    /// A pool for shared use by all parts of a program.
    ///
    /// The pool is created on first use, with the default number of threads. It is recreated after it was shut down,
    /// and in a forked process. It ends with the program, after all submitted tasks. Because other code uses the pool,
    /// too, its tasks must not wait indefinitely for each other.
    ///
    /// - Throws: whatever the initializer throws, if the pool has to be created.
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
