/// Both sides of the queues and the cancel event of a session or manager.
///
/// ```swift
/// let context = try session.context
/// try context.writeInput(1)
/// let left: [Int] = try context.readInputUntilEmpty()   // what no task has read
/// ```
///
/// See ``TaskSession/context`` and ``TaskManager/context``. In addition to what a parent does, it can read the input
/// queue, for example to take back elements that no task has read, and write to the output queue.
public struct CombinedContext: TaskSideContext, ParentSideContext {
    /// The queues and the event.
    public let objects: ContextObjects

    init(_ objects: ContextObjects) { self.objects = objects }
}
