/// The parent's side of one task's queues and cancel event: ``PoolTask/context``.
public struct MainContext: ParentSideContext {
    /// The queues and the event.
    public let objects: ContextObjects

    init(_ objects: ContextObjects) { self.objects = objects }
}
