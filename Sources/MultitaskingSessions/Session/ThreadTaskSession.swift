/// A ``TaskSession`` whose tasks run in threads, so that arguments and results only need to be `Sendable`.
///
/// ```swift
/// let session = try manager.session()   // of withThreadPoolExecutor
/// try session.submit("a", index, document)
/// ```
public final class ThreadTaskSession: TaskSession, @unchecked Sendable {
    // SAFETY: not checked only because its superclass is not; the property is a constant of a Sendable type.
    private let inProcess: any InProcessExecutor

    init(
        inProcess: any InProcessExecutor, global: SharedObjects, openTasks: OpenTasks, settings: QueueSettings,
        seed: UInt64?
    ) throws {
        self.inProcess = inProcess
        try super.init(executor: inProcess, global: global, openTasks: openTasks, settings: settings, seed: seed)
    }

    /// Submits a closure that calls the task's function.
    func addInProcess<Output: Sendable>(
        _ name: String, _ scopes: Scopes, _ options: TaskOptions,
        _ body: @escaping @Sendable (TaskContext, any TaskEnvironment) throws -> Output
    ) throws {
        let options = options.named(name)
        try add(name, scopes, options) { context in
            AnyFuture(try inProcess.submit(options: options) { try body(context.inside($0), $0) })
        }
    }
}
