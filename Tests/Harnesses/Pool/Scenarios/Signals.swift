import Glibc
import MultitaskingCore
import MultitaskingProcesses
import Synchronization

let signalScenarios: [String: Scenario] = [
    "signal-across-processes": { try $0.signalAcross() },
    "signal-pulse": { try $0.signalPulse() },
    "signal-dropped": { try $0.signalDropped() },
    "signal-many": { try $0.signalMany() },
]

private func waitAndAnswer(_ question: Flag, _ answer: Flag) -> Bool {
    let isSet = question.signal.waitUntilSet(.upTo(.seconds(30)))
    answer.signal.set()
    return isSet && question.signal.isSet
}
private func isSet(_ flag: Flag) -> Bool { flag.signal.isSet }
private func clear(_ flag: Flag) { flag.signal.clear() }

extension Harness {
    func signalAcross() throws {
        try withPool { pool in
            let early = (try pool.makeCancelSignal(), try pool.makeCancelSignal())
            check(eventually { pool.workerProcessIDs.count == 2 }, "the workers did not start")
            checkEqual(try pool.submit(double, 1).value(), 2)
            let late = (try pool.makeCancelSignal(), try pool.makeCancelSignal())
            for (question, answer) in [early, late] {
                checkEqual(try pool.submit(isSet, Flag(question)).value(), false)
                check(!question.waitUntilSet(.upTo(.milliseconds(2))), "the signal is set")
                let task = try pool.submit(waitAndAnswer, Flag(question), Flag(answer))
                check(!answer.isSet, "the answer came before the question")
                question.set()
                question.set()
                check(answer.waitUntilSet(.upTo(.seconds(30))), "there is no answer")
                checkEqual(try task.value(), true)
                checkEqual(try pool.submit(isSet, Flag(question)).value(), true)
                try pool.submit(clear, Flag(question)).value()
                check(!question.isSet, "the signal was not cleared")
                checkEqual(try pool.submit(isSet, Flag(question)).value(), false)
            }
        }
    }

    /// A signal that is set and cleared at once wakes a task and a thread of the client that wait for it.
    func signalPulse() throws {
        try withPool { pool in
            for _ in 0..<5 {
                let signal = try pool.makeCancelSignal()
                let started = try pool.makeChannel(capacity: nil)
                let waiting = try pool.submit(waitForFlag, Queue(started), Flag(signal))
                let isAwake = Atomic<Bool>(false)
                let inClient = startThread {
                    let wasSet = signal.waitUntilSet(.upTo(.seconds(30)))
                    isAwake.store(wasSet, ordering: .sequentiallyConsistent)
                }
                func areAwake() -> Bool { waiting.isDone && isAwake.load(ordering: .sequentiallyConsistent) }
                _ = try started.receive(as: Int32.self, wait: .forever)
                // One pulse wakes all that wait by then; nobody says when they do.
                for _ in 0..<3 where !areAwake() {
                    usleep(100_000)
                    signal.set()
                    signal.clear()
                    _ = eventually(within: .milliseconds(500)) { areAwake() }
                }
                check(areAwake(), "a pulse does not wake a task and a thread")
                signal.set()
                pthread_join(inClient, nil)
            }
        }
    }

    func signalDropped() throws {
        try withPool(maxWorkers: 1) { pool in
            let gate = try pool.makeCancelSignal()
            let started = try pool.makeChannel(capacity: nil)
            let blocker = try pool.submit(waitForFlag, Queue(started), Flag(gate))
            var signal: (any CancelSignal)? = try pool.makeCancelSignal()
            let stale = try signal.map { try pool.submit(isSet, Flag($0)) }
            signal = nil
            gate.set()
            _ = try blocker.value()
            let error = checkThrows(.noSuchObject) { try stale?.value() ?? true }
            check(error?.message.contains("no longer exists") ?? false, "\(String(describing: error))")
            let held = try pool.makeCancelSignal()
            check(!held.isSet, "a new signal is set")
        }
    }

    func signalMany() throws {
        try withPool { pool in
            for _ in 0..<200 {
                let signals = try (0..<20).map { _ in try pool.makeCancelSignal() }
                check(signals.allSatisfy { !$0.isSet }, "a new signal is set")
                for signal in signals { signal.set() }
                check(Set(signals.map(\.reference)).count == 20, "two signals have the same name")
            }
        }
    }
}
