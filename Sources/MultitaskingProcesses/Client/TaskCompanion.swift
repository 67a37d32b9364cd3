public import MultitaskingCore

/// What the client keeps until a task has ended, because its arguments refer to it.
///
/// An object, because most tasks have none, and a reference to none costs nothing to hand on.
@usableFromInline
final class TaskCompanion: Sendable {
    private let value: any Sendable

    @usableFromInline
    init(_ value: any Sendable) { self.value = value }

    /// The companion of a task with these arguments; nil if there is none. Inlined, because the compiler often knows.
    @inlinable
    static func of<Function: PortableFunction>(_ call: Invocation<Function>) -> TaskCompanion? {
        Function.companion(of: call.arguments).map(TaskCompanion.init)
    }

    /// The senders among the task's arguments, which count until the task ends; nil if there are none.
    var senders: HeldSenders? { value as? HeldSenders }
}
