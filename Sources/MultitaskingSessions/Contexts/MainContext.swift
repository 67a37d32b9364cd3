/// The parent's side of one task's queues and cancel event: ``PoolTask/context``.
///
/// ```swift
/// guard let context = try session.task(named: "a")?.context else { return }
/// try context.writeInput("only a reads this")
/// ```
public struct MainContext: ParentSideContext {
    /// The queues and the event.
    public let objects: ContextObjects

    init(_ objects: ContextObjects) { self.objects = objects }
}
