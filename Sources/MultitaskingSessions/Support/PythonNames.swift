// Written by Scripts/generate_python_names.py; change that, and run `make generate`.
//
// The names of py-multitasking 0.1.1 that are spelled otherwise here. None of them can be called: the compiler says
// what to write instead.

extension TaskManager {
    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var global_context: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var globalContext: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var global_input_queue: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var globalInputQueue: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var global_output_queue: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var globalOutputQueue: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var global_cancel_event: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var globalCancelEvent: Int { 0 }

    /// The py-multitasking name for `executor.makeChannel(capacity:)`.
    @available(*, unavailable, message: "write executor.makeChannel(capacity:)")
    public func create_queue(_ size: Int = 0) -> Int { 0 }

    /// The py-multitasking name for `executor.makeChannel(capacity:)`.
    @available(*, unavailable, message: "write executor.makeChannel(capacity:)")
    public func createQueue(_ size: Int = 0) -> Int { 0 }

    /// The py-multitasking name for `executor.makeCancelSignal()`.
    @available(*, unavailable, message: "write executor.makeCancelSignal()")
    public func create_event() -> Int { 0 }

    /// The py-multitasking name for `executor.makeCancelSignal()`.
    @available(*, unavailable, message: "write executor.makeCancelSignal()")
    public func createEvent() -> Int { 0 }
}

extension TaskSession {
    /// The py-multitasking name for `isNameAvailable(_:)`.
    @available(*, unavailable, message: "write isNameAvailable(_:)")
    public func is_name_available(_ name: String) -> Int { 0 }

    /// The py-multitasking name for `task(named:)`.
    @available(*, unavailable, message: "write task(named:)")
    public func get_task(_ name: String) -> Int { 0 }

    /// The py-multitasking name for `task(named:)`.
    @available(*, unavailable, message: "write task(named:)")
    public func getTask(_ name: String) -> Int { 0 }

    /// The py-multitasking name for `tasks`.
    @available(*, unavailable, message: "write tasks")
    public func get_tasks() -> Int { 0 }

    /// The py-multitasking name for `tasks`.
    @available(*, unavailable, message: "write tasks")
    public func getTasks() -> Int { 0 }

    /// The py-multitasking name for `removeTask(_:)`.
    @available(*, unavailable, message: "write removeTask(_:)")
    public func remove_task(_ name: String) -> Int { 0 }

    /// The py-multitasking name for `clearTasks()`.
    @available(*, unavailable, message: "write clearTasks()")
    public func clear_tasks() -> Int { 0 }

    /// The py-multitasking name for `allDone`.
    @available(*, unavailable, message: "write allDone")
    public var all_done: Int { 0 }

    /// The py-multitasking name for `anyDone`.
    @available(*, unavailable, message: "write anyDone")
    public var any_done: Int { 0 }

    /// The py-multitasking name for `doneTasks`.
    @available(*, unavailable, message: "write doneTasks")
    public var done_tasks: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var session_input_queue: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var sessionInputQueue: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var session_output_queue: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var sessionOutputQueue: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var session_cancel_event: Int { 0 }

    /// The py-multitasking name for `context`.
    @available(*, unavailable, message: "write context")
    public var sessionCancelEvent: Int { 0 }

    /// The py-multitasking name for `waitForAll(timeout:returnWhen:rest:)`.
    @available(*, unavailable, message: "write waitForAll(timeout:returnWhen:rest:)")
    public func wait_for_all(timeout: Double? = nil) -> Int { 0 }

    /// The py-multitasking name for `doneResults()`.
    @available(*, unavailable, message: "write doneResults()")
    public func done_results() -> Int { 0 }

    /// The py-multitasking name for `cancelAll(settingCancelEvent:force:)`.
    @available(*, unavailable, message: "write cancelAll(settingCancelEvent:force:)")
    public func cancel_all(with_cancel_event_set: Bool = true) -> Int { 0 }

    /// The py-multitasking name for `cancelAll(settingCancelEvent:force:)`.
    @available(*, unavailable, message: "write cancelAll(settingCancelEvent:force:)")
    public func cancelAll(withCancelEventSet: Bool) -> Int { 0 }
}

extension PoolTask {
    /// The py-multitasking name for `isSubmitted`.
    @available(*, unavailable, message: "write isSubmitted")
    public var submitted: Int { 0 }

    /// The py-multitasking name for `isDone`.
    @available(*, unavailable, message: "write isDone")
    public var done: Int { 0 }

    /// The py-multitasking name for `isCancelled`.
    @available(*, unavailable, message: "write isCancelled")
    public var cancelled: Int { 0 }

    /// The py-multitasking name for `isRunning`.
    @available(*, unavailable, message: "write isRunning")
    public var running: Int { 0 }

    /// The py-multitasking name for `resultOrNil()`.
    @available(*, unavailable, message: "write resultOrNil()")
    public func result_or_none() -> Int { 0 }

    /// The py-multitasking name for `resultOrNil()`.
    @available(*, unavailable, message: "write resultOrNil()")
    public func resultOrNone() -> Int { 0 }

    /// The py-multitasking name for `cancel(settingCancelEvent:force:)`.
    @available(*, unavailable, message: "write cancel(settingCancelEvent:force:)")
    public func cancel(withCancelEventSet: Bool) -> Int { 0 }

    /// The py-multitasking name for `writeInput(_:wait:join:)`.
    @available(*, unavailable, message: "write writeInput(_:wait:join:)")
    public func write_input(_ element: Any) -> Int { 0 }

    /// The py-multitasking name for `readOutput(as:wait:taskDone:)`.
    @available(*, unavailable, message: "write readOutput(as:wait:taskDone:)")
    public func read_output() -> Int { 0 }

    /// The py-multitasking name for `readOutputUntilEmpty(as:wait:taskDone:)`.
    @available(*, unavailable, message: "write readOutputUntilEmpty(as:wait:taskDone:)")
    public func read_output_until_empty() -> Int { 0 }
}

extension TaskResult {
    /// The py-multitasking name for `error`.
    @available(*, unavailable, message: "write error")
    public var exception: Int { 0 }

    /// The py-multitasking name for `isTimedOut`.
    @available(*, unavailable, message: "write isTimedOut")
    public var timeout: Int { 0 }

    /// The py-multitasking name for `isCancelled`.
    @available(*, unavailable, message: "write isCancelled")
    public var cancelled: Int { 0 }

    /// The py-multitasking name for `isSuccessful`.
    @available(*, unavailable, message: "write isSuccessful")
    public var successful: Int { 0 }
}

extension QueueContext {
    /// The py-multitasking name for `hasInputQueue`.
    @available(*, unavailable, message: "write hasInputQueue")
    public var has_input_queue: Int { 0 }

    /// The py-multitasking name for `hasOutputQueue`.
    @available(*, unavailable, message: "write hasOutputQueue")
    public var has_output_queue: Int { 0 }

    /// The py-multitasking name for `hasCancelEvent`.
    @available(*, unavailable, message: "write hasCancelEvent")
    public var has_cancel_event: Int { 0 }

    /// The py-multitasking name for `isCancelEventSet`.
    @available(*, unavailable, message: "write isCancelEventSet")
    public var is_cancel_event_set: Int { 0 }
}

extension TaskSideContext {
    /// The py-multitasking name for `readInput(as:wait:taskDone:)`.
    @available(*, unavailable, message: "write readInput(as:wait:taskDone:)")
    public func read_input() -> Int { 0 }

    /// The py-multitasking name for `readInputUntilEmpty(as:wait:taskDone:)`.
    @available(*, unavailable, message: "write readInputUntilEmpty(as:wait:taskDone:)")
    public func read_input_until_empty() -> Int { 0 }

    /// The py-multitasking name for `writeOutput(_:wait:join:)`.
    @available(*, unavailable, message: "write writeOutput(_:wait:join:)")
    public func write_output(_ element: Any) -> Int { 0 }
}

extension ParentSideContext {
    /// The py-multitasking name for `setCancelEvent()`.
    @available(*, unavailable, message: "write setCancelEvent()")
    public func set_cancel_event() -> Int { 0 }

    /// The py-multitasking name for `clearCancelEvent()`.
    @available(*, unavailable, message: "write clearCancelEvent()")
    public func clear_cancel_event() -> Int { 0 }

    /// The py-multitasking name for `writeInput(_:wait:join:)`.
    @available(*, unavailable, message: "write writeInput(_:wait:join:)")
    public func write_input(_ element: Any) -> Int { 0 }

    /// The py-multitasking name for `readOutput(as:wait:taskDone:)`.
    @available(*, unavailable, message: "write readOutput(as:wait:taskDone:)")
    public func read_output() -> Int { 0 }

    /// The py-multitasking name for `readOutputUntilEmpty(as:wait:taskDone:)`.
    @available(*, unavailable, message: "write readOutputUntilEmpty(as:wait:taskDone:)")
    public func read_output_until_empty() -> Int { 0 }
}

extension Scopes {
    /// The py-multitasking name for `null`.
    @available(*, unavailable, message: "write null")
    public static var Null: Self { .null }

    /// The py-multitasking name for `global`.
    @available(*, unavailable, message: "write global")
    public static var Global: Self { .null }

    /// The py-multitasking name for `session`.
    @available(*, unavailable, message: "write session")
    public static var Session: Self { .null }

    /// The py-multitasking name for `perTask`.
    @available(*, unavailable, message: "write perTask")
    public static var PerTask: Self { .null }
}
