internal import CMultitaskingLinux
internal import Glibc
internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// What a task in a child can ask for.
struct RemoteEnvironment: TaskEnvironment {
    let worker: WorkerInfo
    let attempt: Int
    let seed: UInt64?
    private let made: UInt64
    private let process: WorkerProcess

    init(_ order: RunOrder, _ process: WorkerProcess) {
        worker = WorkerInfo(index: order.worker, pid: getpid(), tasksRun: order.tasksRun)
        attempt = order.attempt
        seed = order.seed
        made = order.made
        self.process = process
    }

    // MARK: Objects

    func channel(_ reference: SharedObjectID) throws -> any Channel {
        if let known = process.channels.find(reference) { return known }
        return try channel(reference, process.hub.call(look(for: reference, .channel)))
    }

    func findChannel(_ reference: SharedObjectID) async throws -> any Channel {
        if let known = process.channels.find(reference) { return known }
        return try channel(reference, try await process.hub.callAsynchronously(look(for: reference, .channel)))
    }

    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal {
        if let known = process.signals.find(reference) { return known }
        return try signal(reference, process.hub.call(look(for: reference, .cancelEvent)))
    }

    func findCancelSignal(_ reference: SharedObjectID) async throws -> any CancelSignal {
        if let known = process.signals.find(reference) { return known }
        return try signal(reference, try await process.hub.callAsynchronously(look(for: reference, .cancelEvent)))
    }

    /// - Throws: `noSuchObject` for what the hub has never been told of, and would be waited for there.
    private func look(
        for reference: SharedObjectID, _ kind: MultitaskingError.ObjectKind
    ) throws(MultitaskingError) -> HubRequest {
        guard reference.isCounted(from: made) else { throw .missing(kind, isForeign: true) }
        return HubRequest(.exists, reference, number: made, wait: .forever)
    }

    private func channel(_ reference: SharedObjectID, _ answer: HubAnswer) throws -> any Channel {
        guard answer.code == .ok, answer.number == 1 else {
            throw MultitaskingError.missing(.channel, isForeign: false)
        }
        let channel = RemoteChannel(reference, process.hub, environment: self)
        process.channels.keep(channel, as: reference)
        return channel
    }

    private func signal(_ reference: SharedObjectID, _ answer: HubAnswer) throws -> any CancelSignal {
        guard answer.code == .ok, (2...3).contains(answer.number) else {
            throw MultitaskingError.missing(.cancelEvent, isForeign: false)
        }
        let signal = RemoteSignal(reference, process.hub, isOwner: false)
        process.signals.keep(signal, as: reference)
        return signal
    }

    func sharedObject(_ reference: SharedReference) throws -> any SharedObject {
        try process.hub.shares.find(reference)
    }

    func makeSharedMemory(
        byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> (any SharedMemory)? {
        try checkAllocation(byteCount)
        return try unsafe process.hub.shares.make(byteCount: byteCount, body)
    }

    // MARK: Time and end

    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try blockUntilDone(isEndRequested: { isEndRequested }, body)
    }

    var clock: any TaskClock { MachineClock() }
    var isEndRequested: Bool { process.endRequest.isSet }
    var endProbe: CancelProbe? { process.endRequest.probe }
    func noteProgress(_ element: Int) { process.page.note(progress: element) }
    func report(_ report: TaskReport) { process.page.note(report) }
}

/// The channels, or the signals, that a child has met.
final class KnownObjects<Object: Sendable>: Sendable {
    private let objects = Mutex<[SharedObjectID: Object]>([:])
    /// How many are kept, so that what tasks no longer use does not add up.
    private static var limit: Int { 256 }

    func find(_ reference: SharedObjectID) -> Object? { objects.withLock { $0[reference] } }

    func keep(_ object: Object, as reference: SharedObjectID) {
        // Released outside of the lock.
        let dropped = objects.withLock { objects in
            let dropped = objects.count < Self.limit ? [:] : exchange(&objects, with: [:])
            objects[reference] = object
            return dropped
        }
        withExtendedLifetime(dropped) {}
    }
}
