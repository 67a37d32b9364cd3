/// Looks up the values that a pool shares by the references that were sent to a task, and makes shared memory.
///
/// You rarely call it yourself: a ``Shared`` or ``SharedArray`` that reaches a task finds its value through it, and
/// ``TaskEnvironment/makeSharedArray(of:count:_:)`` makes the memory of a new array.
///
/// ```swift
/// let object = try environment.sharedObject(reference)
/// ```
public protocol SharedObjectDirectory: Sendable {
    /// Returns the shared value for a reference.
    /// - Throws: `noSuchObject` if the pool has no such value, or no longer has it.
    func sharedObject(_ reference: SharedReference) throws -> any SharedObject

    /// Makes shared memory and calls `body` to fill it; nil if tasks run in the parent's memory, where any memory will
    /// do.
    ///
    /// - Throws: `arenaLimitReached` if the pool has no room for it, and any error that `body` throws.
    func makeSharedMemory(
        byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> (any SharedMemory)?
}

extension SharedObjectDirectory {
    /// Throws `noSuchObject`: the backend shares no values by reference.
    public func sharedObject(_ reference: SharedReference) throws -> any SharedObject {
        throw MultitaskingError.sharedElsewhere
    }

    /// Returns nil: tasks share the parent's memory.
    public func makeSharedMemory(
        byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> (any SharedMemory)? { nil }
}
