/// What a backend offers to a task that it runs: its channels and signals, and a way to run `async` functions.
///
/// ```swift
/// func call(_ arguments: Arguments, in environment: any TaskEnvironment) throws -> Output {
///     let channel = try environment.channel(arguments.reference)
///     while !environment.isEndRequested { … }
/// }
/// ```
///
/// **Implementer's duties.** References made by the executor before or after the worker started are all found.
public protocol TaskEnvironment: ObjectDirectory {
    /// Runs an `async` function and blocks the worker until it is done.
    ///
    /// It sees the task-local values (`@TaskLocal`) of the caller.
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value

    /// The clock the task lives by.
    var clock: any TaskClock { get }

    /// Whether the pool asks this task to end, because its time is up or it was cancelled by force. Costs one load.
    var isEndRequested: Bool { get }

    /// A faster way to ask ``isEndRequested``, if there is one; it may be used for as long as the environment is held.
    var endProbe: CancelProbe? { get }

    /// Which attempt at the task this is, counted from 1.
    var attempt: Int { get }

    /// The worker that runs the task; ``WorkerInfo/none`` of a backend that does not tell.
    var worker: WorkerInfo { get }

    /// The seed of the task's options; nil if they have none.
    var seed: UInt64? { get }

    /// Notes which of its elements a chunk is at, counted from 0, for the case that its process dies. Costs one store.
    func noteProgress(_ element: Int)

    /// The shared value behind a reference.
    /// - Throws: `noSuchObject` if the pool has no such value (any more).
    func sharedObject(_ reference: SharedReference) throws -> any SharedObject

    /// Makes shared memory that `body` fills, for ``makeSharedArray(of:count:_:)``; nil where tasks live in the
    /// parent's memory, so that any will do.
    ///
    /// - Throws: `arenaLimitReached`; what `body` throws.
    func makeSharedMemory(
        byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> (any SharedMemory)?
}

extension TaskEnvironment {
    /// A backend that cannot end a running task never asks for it.
    public var isEndRequested: Bool { false }

    /// A backend that asks by more than a word of memory has none.
    public var endProbe: CancelProbe? { nil }

    /// A backend that does not retry has one attempt.
    public var attempt: Int { 1 }

    /// A backend that does not tell its workers apart.
    public var worker: WorkerInfo { .none }

    /// A backend that does not hand on seeds.
    public var seed: UInt64? { nil }

    /// A backend whose tasks cannot die alone has no use for it.
    public func noteProgress(_ element: Int) {}

    /// A backend that shares nothing by name has no such value.
    public func sharedObject(_ reference: SharedReference) throws -> any SharedObject {
        throw MultitaskingError.sharedElsewhere
    }

    /// A backend whose tasks live in the parent's memory needs none.
    public func makeSharedMemory(
        byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> (any SharedMemory)? { nil }
}

extension CodingUserInfoKey {
    /// The key under which a decoder in a worker carries its ``TaskEnvironment``.
    public static var taskEnvironment: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "MultitaskingCore.taskEnvironment") else {
            preconditionFailure("a CodingUserInfoKey can be made of every string")
        }
        return key
    }
}
