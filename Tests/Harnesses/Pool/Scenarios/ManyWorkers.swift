import Glibc
import MultitaskingCore
import MultitaskingProcesses

let manyWorkerScenarios: [String: Scenario] = [
    "many-workers": { try $0.manyWorkersAtOnce() }
]

/// Says that it runs, and waits until all do.
private func meet(_ arrivals: Queue, _ everyone: Flag) throws -> Int32 {
    _ = try arrivals.channel.send(getpid(), wait: .forever)
    _ = everyone.signal.waitUntilSet(.forever)
    return getpid()
}

extension Harness {
    /// As many tasks as workers wait for each other, so that all workers run at once, far more than there are cores;
    /// then some are killed, and then come many short tasks, messages, and an end.
    func manyWorkersAtOnce() throws {
        let workers = 512
        try withPool(maxWorkers: workers) { pool in
            let arrivals = try pool.makeChannel()
            let everyone = try pool.makeCancelSignal()
            let meetings = try (0..<workers).map { _ in
                try pool.submit(meet, Queue(arrivals), Flag(everyone))
            }
            var processes: Set<Int32> = []
            while processes.count < workers {
                guard let pid = try arrivals.receive(as: Int32.self, wait: .upTo(.seconds(60))) else {
                    return Checks.fail("\(processes.count) of \(workers) workers run")
                }
                processes.insert(pid)
            }
            var random = SplitMix64(seed: number)
            let victims = Set(processes.sorted().shuffled(using: &random).prefix(workers / 16))
            for victim in victims { kill(victim, SIGKILL) }
            check(
                eventually { meetings.count(where: \.isDone) == victims.count },
                "\(meetings.count(where: \.isDone)) of \(victims.count) killed tasks have ended")
            everyone.set()
            var returned: Set<Int32> = []
            for meeting in meetings {
                do { returned.insert(try meeting.value(timeout: .seconds(60))) } catch let error
                    as MultitaskingError
                {
                    checkEqual(error.code, .workerCrashed)
                }
            }
            checkEqual(returned, processes.subtracting(victims), "the workers whose tasks returned")
            let sums = try (0..<5_000).map { try pool.submit(double, $0) }
            for (number, sum) in sums.enumerated() {
                checkEqual(try sum.value(timeout: .seconds(60)), 2 * number)
            }
            checkEqual(try pool.map(double, 0..<100_000).values().last, 199_998)
        }
    }
}
