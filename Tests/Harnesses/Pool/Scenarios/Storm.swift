import Glibc
import MultitaskingCore
import MultitaskingProcesses
import Synchronization

let stormScenarios: [String: Scenario] = [
    "storm-sending": { try $0.storm(.sending) },
    "storm-receiving": { try $0.storm(.receiving) },
    "storm-both": { try $0.storm(.both) },
    "storm-async": { try $0.storm(.async) },
    "storm-tasks": { try $0.stormOfTasks() },
]

/// What the workers do while they are killed.
enum Storm {
    case sending, receiving, both, async
}

/// Sends and receives until it is killed, now in the queue itself, now by a block, now a large one.
private func sendForever(_ queue: Queue, _ producer: Int) throws -> Int {
    var number = 0
    while true {
        let size = number % 50 == 49 ? (1 << 20) + 5 : number % 3 == 0 ? 500 : 0
        do {
            guard try queue.channel.send(Entry(producer, number, padding: size), wait: .forever) else { return number }
            number += 1
        } catch let error as MultitaskingError where error.code == .arenaLimitReached {
            // Where the machine is so busy that the receiver falls far behind.
            usleep(1000)
        }
    }
}
private func receiveForever(_ queue: Queue) throws -> Int {
    while let entry = try queue.channel.receive(as: Entry.self, wait: .forever) {
        if !entry.isIntact { throw MultitaskingError(.decodeFailed, "\(entry.number) is damaged") }
    }
    return 0
}
private func relayForever(_ input: Queue, _ output: Queue) throws -> Int {
    while let entry = try input.channel.receive(as: Entry.self, wait: .forever) {
        if !entry.isIntact { throw MultitaskingError(.decodeFailed, "\(entry.number) is damaged") }
        _ = try output.channel.send(entry, wait: .forever)
    }
    return 0
}
private func relayForeverOnThreads(_ input: Queue, _ output: Queue) async throws -> Int {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
            group.addTask {
                while let entry = try await input.channel.receive(as: Entry.self, wait: .forever) {
                    _ = try await output.channel.send(entry, wait: .forever)
                }
            }
        }
        try await group.waitForAll()
    }
    return 0
}

extension Harness {
    /// Workers are killed again and again in the middle of sending and receiving. What they held may be lost with them,
    /// but whatever arrives is whole, comes once and in order, and at the end nothing is left.
    func storm(_ storm: Storm) throws {
        var random = SplitMix64(seed: number)
        try withPool(maxWorkers: 3, wrapped: .none) { pool in
            let input = try pool.makeChannel(capacity: 40)
            let output = try pool.makeChannel(capacity: storm == .sending ? nil : 60)
            let state = StormState()
            let helpers = [
                startThread {
                    guard storm != .sending else { return }
                    do { _ = try sendForever(Queue(input), -1) } catch { check(input.status.isClosed, "\(error)") }
                },
                startThread {
                    while true {
                        do {
                            guard let entry = try output.receive(as: Entry.self, wait: .forever) else { return }
                            state.note(entry)
                        } catch { return Checks.fail("\(error)") }
                    }
                },
            ]
            var submitted = 0
            let submit = { () throws -> Future<Int> in
                submitted += 1
                return switch storm {
                case .sending: try pool.submit(sendForever, Queue(output), submitted)
                case .receiving: try pool.submit(receiveForever, Queue(input))
                case .both: try pool.submit(relayForever, Queue(input), Queue(output))
                case .async: try pool.submit(relayForeverOnThreads, Queue(input), Queue(output))
                }
            }
            var tasks = try (0..<3).map { _ in try submit() }
            let kills = storm == .async ? 60 : 150
            for _ in 0..<kills {
                usleep(UInt32.random(in: 0..<6000, using: &random))
                if let victim = pool.workerProcessIDs.randomElement(using: &random) { kill(victim, SIGKILL) }
                try replace(&tasks, submit)
            }
            let before = state.count
            if storm != .receiving {
                // The last of the killed may only be found dead now.
                let goesOn = try eventually {
                    try replace(&tasks, submit)
                    return state.count > before
                }
                check(goesOn, "nothing arrives any more: \(output.status), \(input.status), \(tasks.map(\.state))")
            }
            input.close(discarding: true)
            if storm == .sending { output.close(discarding: true) }
            for task in tasks {
                do { _ = try task.value(timeout: .seconds(20)) } catch let error as MultitaskingError {
                    check([.workerCrashed, .closed].contains(error.code), "\(error)")
                }
            }
            output.close(discarding: false)
            for helper in helpers { pthread_join(helper, nil) }
            while try input.receive(as: Entry.self, wait: .never) != nil {}
            while try output.receive(as: Entry.self, wait: .never) != nil {}
            checkEqual(input.status.count, 0, "the input's count")
            checkEqual(output.status.count, 0, "the output's count")
            check(
                eventually { pool.memoryUsage.blocks == 0 && pool.memoryUsage.channelSegments <= 4 },
                "with everything drained: \(pool.memoryUsage)")
        }
    }

    /// Submits tasks in place of those that were killed.
    private func replace(_ tasks: inout [Future<Int>], _ submit: () throws -> Future<Int>) throws {
        for index in tasks.indices where tasks[index].isDone {
            do { _ = try tasks[index].value() } catch let error as MultitaskingError {
                checkEqual(error.code, .workerCrashed)
            }
            tasks[index] = try submit()
        }
    }

    /// Workers are killed while they pass many small and large tasks: every task ends, and nothing is left.
    func stormOfTasks() throws {
        var random = SplitMix64(seed: number)
        try withPool(maxWorkers: 3, wrapped: .none) { pool in
            var crashes = 0
            for _ in 0..<25 {
                let futures = try (0..<300).map { number in
                    try pool.submit(echoBytes, [UInt8](repeating: 3, count: number % 7 == 0 ? 100_000 : number))
                }
                for _ in 0..<4 {
                    usleep(UInt32.random(in: 0..<3000, using: &random))
                    if let victim = pool.workerProcessIDs.randomElement(using: &random) { kill(victim, SIGKILL) }
                }
                for (number, future) in futures.enumerated() {
                    do {
                        let count = try future.value(timeout: .seconds(30)).count
                        checkEqual(count, number % 7 == 0 ? 100_000 : number)
                    } catch let error as MultitaskingError {
                        checkEqual(error.code, .workerCrashed)
                        crashes += 1
                    }
                }
            }
            check(crashes <= 100, "\(crashes) tasks died of 100 kills")
        }
    }
}

/// What arrived so far.
private final class StormState: Sendable {
    private let seen = Mutex<[Int: Int]>([:])
    private let relayed = Mutex<Set<Int>>([])
    private let total = Atomic<Int>(0)

    var count: Int { total.load(ordering: .relaxed) }

    func note(_ entry: Entry) {
        total.add(1, ordering: .relaxed)
        check(entry.isIntact, "element \(entry.number) of \(entry.producer) is damaged")
        guard entry.producer > 0 else {
            // Relays overtake each other, but nothing may come twice.
            return relayed.withLock { check($0.insert(entry.number).inserted, "\(entry.number) came twice") }
        }
        seen.withLock { seen in
            check(entry.number > seen[entry.producer] ?? -1, "\(entry.number) of \(entry.producer) came too late")
            seen[entry.producer] = entry.number
        }
    }
}
