internal import MultitaskingSystem
import Synchronization

/// A group of named tasks that share queues and a cancel event, created by `TaskManager.session` or `map`.
///
/// ```swift
/// let session = try manager.session()
///     .submit("task1", findPrimes, 1..<1_000_000)
///     .submit("task2", findPrimes, 1_000_000..<2_000_000)
/// for (name, result) in try session.results() { … }
/// session.destroy()
/// ```
///
/// You can use every member from any thread. After ``destroy()``, every member that can throw throws
/// `alreadyDestroyed`. Releasing or destroying a session doesn't cancel its tasks.
public class TaskSession: @unchecked Sendable {
    // SAFETY: not checked only because the class is not final. Its stored properties, and those of its one subclass,
    // are constants of Sendable types.
    let executor: any Executor
    private let scopeResolver: ScopeResolver
    private let sharedContext: CombinedContext
    private let openTasks: OpenTasks
    private let state = Mutex(State())

    private struct State {
        var tasks = NamedTasks()
        /// The names of tasks that are being submitted.
        var reserved: Set<String> = []
        /// How many were ever reserved.
        var count = 0
        var isDestroyed = false
        /// What is shown whenever somebody waits for the tasks.
        var display = ProgressDisplay.nothing
        /// Runs from the first submission until all tasks are seen to have ended.
        var stopwatch: Stopwatch?

        func check() throws {
            guard isDestroyed else { return }
            throw MultitaskingError(
                .alreadyDestroyed, "the session was destroyed; make a new one with manager.session()")
        }
    }

    /// The seed of the tasks' random numbers, unless a task's options set another: the one passed to `session(…)`, or a
    /// random one.
    public let seed: UInt64

    init(
        executor: any Executor, global: SharedObjects, openTasks: OpenTasks, settings: QueueSettings, seed: UInt64?
    ) throws {
        self.executor = executor
        self.openTasks = openTasks
        self.seed = seed ?? .random(in: 0 ... .max)
        let shared = try SharedObjects(settings, of: executor)
        sharedContext = shared.context
        scopeResolver = ScopeResolver(
            executor: executor, global: global, session: shared, inputQueueSize: settings.inputQueueSize,
            outputQueueSize: settings.outputQueueSize)
        openTasks.add(self)
    }

    deinit { openTasks.adopt(state.withLock { $0.tasks.removeAll() }) }

    /// The queues and the cancel event that the session's tasks share.
    ///
    /// - Throws: `alreadyDestroyed`.
    public var context: CombinedContext {
        get throws {
            try checkNotDestroyed()
            return sharedContext
        }
    }

    /// Releases all tasks. Running tasks continue, and can still use the session's queues. Destroying a session again
    /// has no effect.
    public func destroy() {
        let forgotten = state.withLock { state in
            state.isDestroyed = true
            return state.tasks.removeAll()
        }
        openTasks.adopt(forgotten)
    }

    /// What is shown whenever somebody waits for the tasks.
    var display: ProgressDisplay { state.withLock { $0.display } }

    func setDisplay(_ display: ProgressDisplay) { state.withLock { $0.display = display } }

    /// Returns whether no task of the session has this name.
    ///
    /// - Throws: `alreadyDestroyed`.
    public func isNameAvailable(_ name: String) throws -> Bool {
        try withState { $0.tasks[name] == nil && !$0.reserved.contains(name) }
    }

    /// The tasks, in the order of submission.
    ///
    /// - Throws: `alreadyDestroyed`.
    public var tasks: [PoolTask] {
        get throws { try withState { $0.tasks.all } }
    }

    /// Returns the task with this name; nil if there is none.
    ///
    /// - Throws: `alreadyDestroyed`.
    public func task(named name: String) throws -> PoolTask? {
        try withState { $0.tasks[name] }
    }

    /// Removes the task with this name from the session, without cancelling it.
    ///
    /// - Returns: the task; nil if there is none.
    /// - Throws: `alreadyDestroyed`.
    @discardableResult
    public func removeTask(_ name: String) throws -> PoolTask? {
        try adopting { $0.tasks.remove(name) }
    }

    /// Removes a task from the session, without cancelling it.
    ///
    /// - Returns: the task; nil if it doesn't belong to this session, or no longer does.
    /// - Throws: `alreadyDestroyed`.
    @discardableResult
    public func removeTask(_ task: PoolTask) throws -> PoolTask? {
        try adopting { state in
            guard state.tasks[task.name] === task else { return nil }
            return state.tasks.remove(task.name)
        }
    }

    /// Removes a task, which may still be running.
    private func adopting(_ remove: (inout State) -> sending PoolTask?) throws -> PoolTask? {
        let task = try withState(remove)
        if let task { openTasks.adopt(CollectionOfOne(task)) }
        return task
    }

    /// Removes all tasks from the session, without cancelling them.
    ///
    /// - Throws: `alreadyDestroyed`.
    public func clearTasks() throws {
        openTasks.adopt(try withState { $0.tasks.removeAll() })
    }

    /// Cancels every task that hasn't started, and asks running tasks to stop.
    ///
    /// - Parameters:
    ///   - settingCancelEvent: whether to set the cancel event of each task that has one. An event with scope `.global`
    ///     also asks tasks of other sessions to stop.
    ///   - force: whether to end running tasks, if the pool can do that; see
    ///     ``PoolTask/cancel(settingCancelEvent:force:)``.
    /// - Throws: `alreadyDestroyed`.
    public func cancelAll(settingCancelEvent: Bool = true, force: Bool = false) throws {
        let tasks = try tasks
        // As `RemainingTasks` does: nothing that waits starts because another one stops.
        for task in tasks.reversed() { task.cancelUnlessStarted() }
        for task in tasks {
            if force { task.future.askToEnd(force: true) }
            if settingCancelEvent { task.objects.cancelSignal?.set() }
        }
    }

    /// Cancels what was submitted before something that cannot be.
    func abandonAll() { RemainingTasks.cancel.apply(to: (try? tasks) ?? []) }

    /// How long the session has had tasks; the time stops once all of them have ended.
    func elapsed(isFinished: Bool) -> Duration {
        state.withLock { state in
            if isFinished { state.stopwatch?.stop() }
            return state.stopwatch?.elapsed ?? .zero
        }
    }

    private func withState<Value>(_ body: (inout State) throws -> sending Value) throws -> sending Value {
        try state.withLock { state in
            try state.check()
            return try body(&state)
        }
    }

    private func checkNotDestroyed() throws {
        try state.withLock { try $0.check() }
    }
}

// Where the overloads of `submit` meet.
extension TaskSession {
    /// Submits a function whose arguments are known.
    func add<Function: PortableFunction>(
        _ name: String, _ scopes: Scopes, _ options: TaskOptions, _ function: Function, arguments: Function.Arguments
    ) throws {
        let options = options.named(name)
        try add(name, scopes, options) { _ in
            AnyFuture(try executor.submit(Invocation(function, arguments), options: options))
        }
    }

    /// Submits a function that takes the task's context first.
    func add<Function: ContextFunction>(
        _ name: String, _ scopes: Scopes, _ options: TaskOptions, _ function: Function, row: Function.Row
    ) throws {
        let options = options.named(name)
        try add(name, scopes, options) { context in
            let call = Invocation(function, Function.arguments(row, context: context))
            return AnyFuture(try executor.submit(call, options: options))
        }
    }

    /// Makes the task's context, submits it and adds it to the list.
    ///
    /// The name is reserved meanwhile, because `submit` may wait for room and must not be called under the lock.
    func add(
        _ name: String, _ scopes: Scopes, _ options: TaskOptions, submit: (TaskContext) throws -> AnyFuture
    ) throws {
        let place = try reserve(name)
        do {
            let objects = try scopeResolver.objects(for: scopes)
            let seed = options.seed ?? TaskRandom.seed(seed, at: place)
            let future = try submit(TaskContext(objects, seed: seed))
            try append(
                PoolTask(
                    name: name, future: future, context: MainContext(objects), seed: seed,
                    foreignEvent: scopeResolver.global.cancelSignal))
        } catch {
            _ = state.withLock { $0.reserved.remove(name) }
            throw error
        }
    }

    /// Keeps a name for a task; how many came before it.
    private func reserve(_ name: String) throws -> Int {
        guard !name.isEmpty else {
            throw MultitaskingError(.invalidArgument, "a task's name is empty; give it one, for example \"task1\"")
        }
        return try state.withLock { state in
            try state.check()
            guard state.tasks[name] == nil, state.reserved.insert(name).inserted else {
                throw MultitaskingError(
                    .nameNotAvailable,
                    "the session already has a task named \"\(name)\"; use another name, or remove that task first")
            }
            defer { state.count += 1 }
            return state.count
        }
    }

    private func append(_ task: PoolTask) throws {
        do {
            try state.withLock { state in
                try state.check()
                state.reserved.remove(task.name)
                state.tasks.append(task)
                if state.stopwatch == nil { state.stopwatch = Stopwatch(in: executor) }
                state.stopwatch?.resume()
            }
        } catch {
            task.cancel(settingCancelEvent: false)
            openTasks.adopt(CollectionOfOne(task))
            throw error
        }
        if openTasks.isAbandoned { OpenTasks.abandon([task]) }
    }
}

extension TaskSession: CustomStringConvertible {
    /// The number of tasks and their states: `TaskSession(4 tasks: 1 queued, 1 running, 2 ended)`.
    public var description: String {
        guard let tasks = try? tasks else { return "TaskSession(destroyed)" }
        var (queued, running) = (0, 0)
        for task in tasks {
            switch task.future.state {
            case .queued: queued += 1
            case .running: running += 1
            case .done, .cancelled: break
            }
        }
        return
            "TaskSession(\(tasks.count) tasks: \(queued) queued, \(running) running, \(tasks.count - queued - running) "
            + "ended)"
    }
}
