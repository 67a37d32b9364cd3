#if Dashboard
    import FlyingFox
    import Foundation
    import MultitaskingCore
    import MultitaskingSessions
    import Synchronization

    /// What is watched, how it was lately, and the listeners.
    final class Board: Sendable {
        /// How many samples a new page gets.
        private static let sampleLimit = 120
        /// How many pages may be open at the same time.
        private static let readerLimit = 64

        private struct State {
            var pools: [WatchedPool] = []
            var sessions: [WatchedSession] = []
            var last: Snapshot?
            var readers: [Int: AsyncStream<[UInt8]>.Continuation] = [:]
            var nextReader = 0
        }

        private let state = Mutex(State())

        func add(_ pool: any Executor, named name: String) {
            state.withLock { state in
                state.pools.append(WatchedPool(pool, Self.free(name, among: state.pools.map(\.name))))
            }
        }

        func add(_ session: TaskSession, named name: String) {
            state.withLock { state in
                let name = Self.free(name, among: state.sessions.map(\.name))
                state.sessions.append(WatchedSession(session: session, name: name))
            }
        }

        /// The name, with a number behind it if it is taken.
        private static func free(_ name: String, among names: [String]) -> String {
            let taken = Set(names)
            var free = name
            // Of as many names as are taken, and one more, one is free.
            for number in 2...(taken.count + 2) where taken.contains(free) { free = "\(name) \(number)" }
            return free
        }

        /// The figures of all pools now, by name.
        var statistics: [(name: String, statistics: PoolStatistics)] {
            state.withLock { $0.pools }.map { ($0.name, $0.statistics) }
        }

        /// The progress of all sessions now.
        var sessions: [SessionView] { state.withLock { $0.sessions }.compactMap(\.view) }

        /// Looks at everything, and tells all readers.
        func sample(every interval: Duration) {
            // The pools are asked without the lock: asking may take a while.
            let (pools, sessions) = state.withLock { ($0.pools, $0.sessions) }
            let looks = pools.map { ($0.name, $0.statistics, $0.newCrashes) }
            let views = sessions.map(\.view)
            let now = Date().timeIntervalSince1970
            let message = state.withLock { state in
                for (name, statistics, crashes) in looks {
                    guard let index = state.pools.firstIndex(where: { $0.name == name }) else { continue }
                    state.pools[index].add(statistics, crashes, at: now, limit: Self.sampleLimit)
                }
                // A session that was destroyed, or that nobody has anymore, is gone from the page.
                state.sessions.removeAll { $0.session == nil }
                let snapshot = Snapshot(
                    now: now, interval: interval / .seconds(1), pools: state.pools.compactMap(\.view),
                    sessions: views.compactMap(\.self))
                state.last = snapshot
                return state.readers.isEmpty ? nil : snapshot
            }
            guard let message, let event = Self.event("snapshot", message) else { return }
            for reader in state.withLock({ Array($0.readers.values) }) { reader.yield(event) }
        }

        /// Finds out which readers have left: that shows when something is written to them.
        func knock() {
            for reader in state.withLock({ Array($0.readers.values) }) { reader.yield(Array(":\n\n".utf8)) }
        }

        /// What a new page gets: how it was, how it is, and then how it goes on; nil if there are too many pages.
        func read() -> AsyncStream<[UInt8]>? {
            // A page that does not keep up misses snapshots.
            let (stream, reader) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(4))
            let (number, history, last) = state.withLock { state -> (Int?, [String: [Sample]], Snapshot?) in
                guard state.readers.count < Self.readerLimit else { return (nil, [:], nil) }
                state.nextReader += 1
                state.readers[state.nextReader] = reader
                // The last sample is in the snapshot.
                let history = state.pools.map { ($0.name, Array($0.samples.dropLast())) }
                return (state.nextReader, Dictionary(uniqueKeysWithValues: history), state.last)
            }
            guard let number else { return nil }
            reader.onTermination = { [weak self] _ in
                _ = self?.state.withLock { $0.readers.removeValue(forKey: number) }
            }
            if let event = Self.event("history", history) { reader.yield(event) }
            if let last, let event = Self.event("snapshot", last) { reader.yield(event) }
            return stream
        }

        private static func event(_ name: String, _ value: some Encodable) -> [UInt8]? {
            guard let data = try? JSONEncoder().encode(value) else { return nil }
            return Array("event: \(name)\ndata: ".utf8) + data + Array("\n\n".utf8)
        }
    }
#endif
