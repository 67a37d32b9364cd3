import MultitaskingCore
import Synchronization

/// An executor that is not of the package's backends: it cancels each call, and notes whether the
/// function and the name of its type could have been sent to a worker process.
final class RecordingExecutor: Executor {
    struct Record {
        var canBeSent: Bool
        var hasName: Bool
    }

    private let recorded = Mutex<[Record]>([])
    let shutdowns = Mutex<[ShutdownMode]>([])

    var records: [Record] { recorded.withLock { $0 } }
    var maxWorkers: Int { 1 }

    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> {
        recorded.withLock {
            $0.append(
                Record(
                    canBeSent: FunctionAddress(of: call.function) != nil,
                    hasName: FunctionTypeName(of: Invocation<Function>.self) != nil
                        && FunctionTypeName(of: Function.self)?.resolve() == Function.self))
        }
        return Future(CancelledSource())
    }

    func makeChannel(_ options: ChannelOptions) throws -> any Channel { ClosedChannel() }

    func makeCancelSignal() throws -> any CancelSignal { SetSignal() }

    func shutdown(_ mode: ShutdownMode) { shutdowns.withLock { $0.append(mode) } }
}

/// The source of a future that was cancelled before anybody saw it.
private final class CancelledSource<Value: Sendable>: FutureSource {
    var state: TaskState { .cancelled }
    func outcome() -> TaskOutcome<Value>? { .cancelled }
    func waitUntilDone(_ wait: WaitLimit) -> Bool { true }
    func whenDone(_ body: @escaping @Sendable () -> Void) { body() }
    func cancel(force: Bool) -> Bool { false }
}

/// A channel that was closed before anybody saw it.
private final class ClosedChannel: Channel {
    var reference: SharedObjectID { SharedObjectID(rawValue: 1) }
    var status: ChannelStatus { ChannelStatus(count: 0, capacity: nil, isClosed: true) }
    func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool { false }
    func receive<Element: Codable & Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element? { nil }
    func close(discarding: Bool) -> Int { 0 }
    func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws {}
    func taskDone() throws {}
    func join(wait: WaitLimit) -> Bool { true }
}

/// A signal that is always set.
private final class SetSignal: CancelSignal {
    var reference: SharedObjectID { SharedObjectID(rawValue: 2) }
    var isSet: Bool { true }
    func set() {}
    func clear() {}
    func waitUntilSet(_ wait: WaitLimit) -> Bool { true }
}
