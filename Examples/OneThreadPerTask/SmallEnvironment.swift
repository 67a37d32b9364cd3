import Foundation
import MultitaskingCore

/// What a task is given.
struct SmallEnvironment: TaskEnvironment {
    let objects: Objects
    /// Whether the task was cancelled by force while it ran.
    let endRequest: Watched<Bool>

    var isEndRequested: Bool { endRequest.access { $0 } }

    func channel(_ reference: SharedObjectID) throws -> any Channel {
        try objects.find(SmallChannel.self, reference)
    }

    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal {
        try objects.find(SmallSignal.self, reference)
    }

    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let result = Watched<Result<Value, any Error>?>(nil)
        Task {
            do {
                let value = try await body()
                result.access { $0 = .success(value) }
            } catch {
                result.access { $0 = .failure(error) }
            }
        }
        guard let result = result.wait(.forever, until: { $0 }) else { throw CancellationError() }
        return try result.get()
    }

    var clock: any TaskClock { SmallClock() }
}

/// The machine's time.
struct SmallClock: TaskClock {
    private static let start = ContinuousClock.now

    var now: Duration { ContinuousClock.now - Self.start }

    func sleep(for duration: Duration) {
        let end = now + duration
        while now < end { Thread.sleep(forTimeInterval: (end - now) / .seconds(1)) }
    }
}

/// The channels and signals of a pool by their references, which are never used twice. It does not keep them alive.
///
/// References count from a random number, so that those of another pool lead to nothing here.
final class Objects: Sendable {
    private struct Entry: Sendable {
        weak let object: (any AnyObject & Sendable)?
    }

    private let entries = Watched<(last: UInt64, all: [SharedObjectID: Entry])>((.random(in: 0..<1 << 62), [:]))

    func add<Object: AnyObject & Sendable>(_ make: (SharedObjectID) -> Object) -> Object {
        entries.access { entries in
            entries.last += 1
            let reference = SharedObjectID(rawValue: entries.last)
            let object = make(reference)
            entries.all = entries.all.filter { $0.value.object != nil }
            entries.all[reference] = Entry(object: object)
            return object
        }
    }

    /// Closes all channels, as the pool has ended.
    func endChannels() {
        // Not under the lock: this calls whoever waits.
        for entry in entries.access({ $0.all }).values { (entry.object as? SmallChannel)?.end() }
    }

    func find<Object>(_ type: Object.Type, _ reference: SharedObjectID) throws -> Object {
        guard let object = entries.access({ $0.all[reference]?.object }) as? Object else {
            throw MultitaskingError(.noSuchObject, "there is no \(type) with the reference \(reference.rawValue)")
        }
        return object
    }
}
