import MultitaskingCore
import Synchronization

/// One run of one case on one backend: makes its executors, and keeps what it has found.
///
/// Every wait that a case makes has ``patience`` as its limit, so that a backend that blocks shows as a failure.
final class Trial: Sendable {
    let conformanceCase: ConformanceCase
    let backend: any ConformanceBackend
    /// Decides everything random in the case.
    let seed: UInt64
    let patience: Duration

    private struct Findings {
        var failures: [ConformanceFailure] = []
        /// Once abandoned, a case has nothing more to say.
        var isAbandoned = false
        /// How long making and ending executors has taken so far.
        var poolTime = Duration.zero
        /// Since when one is being made or ended; nil if none is.
        var poolStart: ContinuousClock.Instant?
        /// The processes that the executors were seen to have.
        var processes: Set<ProcessIdentity> = []
    }

    private let findings = Mutex(Findings())
    /// The channels and signals that tasks use. An optimized program gives up a variable after its last use, and what
    /// it holds, although a task may still find that by its reference.
    private let handles = Mutex<[any Sendable]>([])

    init(_ conformanceCase: ConformanceCase, on backend: some ConformanceBackend, seed: UInt64) {
        self.conformanceCase = conformanceCase
        self.backend = backend
        self.seed = seed
        patience = backend.world.patience
    }

    /// The most that a call of the case waits.
    var limit: WaitLimit { .upTo(patience) }

    var clock: any TaskClock { backend.world.clock }

    var failures: [ConformanceFailure] { findings.withLock { $0.failures } }

    /// Makes or ends an executor; what that takes is not counted against the case's limit.
    func countingPoolTime<Value>(_ body: () throws -> Value) rethrows -> Value {
        findings.withLock { $0.poolStart = ContinuousClock.now }
        defer {
            findings.withLock { findings in
                if let start = findings.poolStart { findings.poolTime += ContinuousClock.now - start }
                findings.poolStart = nil
            }
        }
        return try body()
    }

    /// How long the case may take: its limit, and what its pools have cost. A pool that takes longer than the limit by
    /// itself is not waited for.
    var timeAllowed: Duration {
        let limit = backend.world.caseLimit
        return findings.withLock { findings in
            limit + findings.poolTime + (findings.poolStart.map { min(ContinuousClock.now - $0, limit) } ?? .zero)
        }
    }

    /// Runs the case's body; what it throws is a breach, too.
    func perform() {
        do {
            try backend.world.perform { [self] in try conformanceCase.body(self) }
        } catch is CaseAborted {
            // The reason was recorded.
        } catch {
            record("a call threw \(error), which nothing in the contract allows here", at: conformanceCase.name)
        }
    }

    func record(_ message: String, kind: ConformanceFailure.Kind = .breach, duty: String? = nil, at place: String) {
        let failure = ConformanceFailure(
            caseName: conformanceCase.name, backend: backend.name, duty: duty ?? conformanceCase.duty, kind: kind,
            message: message, place: place)
        findings.withLock { findings in
            if !findings.isAbandoned { findings.failures.append(failure) }
        }
    }

    /// Notes that the case has not ended in time.
    func recordBlocked() {
        record(
            "the case has not ended within \(timeAllowed) and is abandoned: a call blocks that must not",
            kind: .blocked, at: conformanceCase.name)
        findings.withLock { $0.isAbandoned = true }
    }

    /// Ends a case that goes on after it was abandoned, so that it does not disturb the next ones.
    func checkNotAbandoned() throws {
        if findings.withLock({ $0.isAbandoned }) { throw CaseAborted() }
    }

    /// Keeps the handle of something that tasks use.
    func keep(_ handle: any Sendable) { handles.withLock { $0.append(handle) } }

    /// Gives up the handles that were kept while `body` ran.
    func releasingHandles<Value>(_ body: () throws -> Value) rethrows -> Value {
        let outer = handles.withLock { exchange(&$0, with: []) }
        // Not under the lock: a handle may be an object of anybody's.
        defer { _ = handles.withLock { exchange(&$0, with: outer) } }
        return try body()
    }

    /// Notes which processes the executors have now, so that none of them is overlooked when its parent goes first.
    func noteProcesses() {
        let processes = Resources.current().processes
        findings.withLock { $0.processes.formUnion(processes) }
    }

    /// Checks that threads, descriptors and processes are those of `before`.
    func recordLeaks(since before: Resources) {
        let noted = findings.withLock { $0.processes }.subtracting(before.processes)
        var leaks: [String] = []
        let end = ContinuousClock.now + max(patience / 4, .milliseconds(500))
        repeat {
            leaks = Resources.current().excess(over: before) + noted.filter(\.isAlive).map { "process \($0.pid)" }
            leaks += backend.residue()
            if leaks.isEmpty { return }
            System.sleep(milliseconds: 2)
        } while ContinuousClock.now < end
        record(
            "expected that nothing is left after shutdown; left are \(Set(leaks).sorted().joined(separator: ", "))",
            kind: .leak, duty: "Executor.shutdown(_:)", at: conformanceCase.name)
    }
}

/// A case cannot go on; why was recorded.
struct CaseAborted: Error {}
