/// Both sides of the queues and the cancel event of a session or of a manager.
///
/// ```swift
/// let context = try session.context
/// try context.writeInput(1)
/// let left: [Int] = try context.readInputUntilEmpty()   // what no task has read
/// ```
///
/// See ``TaskSession/context`` and ``TaskManager/context``. Besides what a parent does, it can read the input queue,
/// for example to take back what no task has read, and write the output queue.
public struct CombinedContext: TaskSideContext, ParentSideContext {
    /// The queues and the event.
    public let objects: ContextObjects

    init(_ objects: ContextObjects) { self.objects = objects }
}
