import Multitasking
import Testing

/// A value that cannot be encoded, but for one.
struct Fragile: Codable, Sendable {
    var isBroken: Bool

    init(isBroken: Bool) { self.isBroken = isBroken }

    init(from decoder: any Decoder) throws {
        isBroken = try decoder.singleValueContainer().decode(Bool.self)
    }

    func encode(to encoder: any Encoder) throws {
        if isBroken { throw Refused(reason: "broken") }
        var container = encoder.singleValueContainer()
        try container.encode(isBroken)
    }
}

func runFragile(_ context: TaskContext, _ value: Fragile) throws -> String { try runUntilCancelled(context) }

extension Facade {
    /// What is shared with strangers is left alone, and not asked for where nobody has made it.
    @Suite struct SharedObjectsTests {
        /// The kinds of pools that encode what they are given when it is submitted.
        @Test(arguments: [PoolKind.processes, .encoded, .inMemory])
        func aMapThatCannotBeSubmittedStopsNobodyElse(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 3, withGlobals: true) { manager in
                let stranger = try manager.session()
                    .submit("stranger", runUntilCancelled, scopes: Scopes(cancelEvent: .global))
                let rows = [Fragile(isBroken: false), Fragile(isBroken: true)]
                do {
                    _ = try manager.map("t", runFragile, scopes: Scopes(cancelEvent: .global), rows)
                    Issue.record("the map was submitted")
                } catch {}
                #expect(try stranger.waitForAll(timeout: .milliseconds(50)).done.isEmpty)
                #expect(try !manager.context.isCancelEventSet)
                try manager.context.setCancelEvent()
                #expect(try stranger.results()["stranger"]?.isSuccessful == true)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func theRestOfARaceStopsNoStranger(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 3, withGlobals: true) { manager in
                let scopes = Scopes(cancelEvent: .global)
                let stranger = try manager.session().submit("stranger", runUntilCancelled, scopes: scopes)
                let racers = try manager.session().submit("fast", double, 1)
                    .submit("slow", runUntilCancelled, scopes: .session)
                    .submit("late", runUntilCancelled, scopes: scopes)
                #expect(try racers.race()?.name == "fast")
                // Cancelled, or stopped by the event of its session.
                #expect(try racers.task(named: "slow")?.result().isTimedOut == false)
                #expect(try stranger.waitForAll(timeout: .milliseconds(50)).done.isEmpty)
                try manager.context.setCancelEvent()
            }
        }

        /// As the example of the Python package's README does it.
        @Test func globalScopesNeedNoLockThatNobodyMade() throws {
            for manager in [GlobalKind.processes, .threads] {
                try manager.run { manager in
                    let session = try manager.session().submit("t", write, scopes: .global, 7)
                    try session.waitForAll()
                    #expect(try manager.context.readOutput(as: Int.self, wait: .upTo(.seconds(10))) == 7)
                    let unlocked = try manager.session(outputQueueLock: false).submit("t", write, scopes: .session, 8)
                    try unlocked.waitForAll()
                    #expect(try unlocked.context.readOutputUntilEmpty(as: Int.self) == [8])
                }
            }
        }

        @Test(arguments: PoolKind.allCases)
        func joiningKeepsItsLimit(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let session = try manager.session()
                let context = try session.context
                #expect(try await !context.writeInput(1, wait: .upTo(.milliseconds(20)), join: true))
                #expect(try await !context.writeInput(2, wait: .never, join: true))
                try expectJoinEndsInTime(context)
                #expect(try context.readInputs() == [1, 2, 3])
            }
        }
    }
}

private func expectJoinEndsInTime(_ context: CombinedContext) throws {
    #expect(try !context.writeInput(3, wait: .upTo(.milliseconds(20)), join: true))
}

extension CombinedContext {
    /// What was written and nobody has read.
    fileprivate func readInputs() throws -> [Int] { try readInputUntilEmpty(as: Int.self) }
}

/// Pools whose managers have global queues and no locks.
private enum GlobalKind {
    case processes, threads

    func run(_ body: (TaskManager) throws -> Void) throws {
        switch self {
        case .processes:
            try withProcessPoolExecutor(
                maxWorkers: 1, globalInputQueue: true, globalOutputQueue: true, globalCancelEvent: true
            ) { try body($0) }
        case .threads:
            try withThreadPoolExecutor(
                maxWorkers: 1, globalInputQueue: true, globalOutputQueue: true, globalCancelEvent: true
            ) { try body($0) }
        }
    }
}
