internal import MultitaskingSystem

/// Where a call comes from.
///
/// A thread stands for an `async` function only until that is suspended: then the thread runs others, and the function
/// goes on somewhere else. So a caller is identified by its thread and its task.
struct Caller: Sendable {
    let thread: UInt
    /// The Swift task that the thread runs, if it does.
    let task: Int?

    static var current: Caller {
        // SAFETY: the task is looked at while it runs this, and not kept.
        Caller(thread: CurrentThread.id, task: unsafe withUnsafeCurrentTask { unsafe $0?.hashValue })
    }
}
