import Glibc
import MultitaskingCore
import MultitaskingProcesses

let cancelScenarios: [String: Scenario] = [
    "cancel-queued": { try $0.cancelQueued() },
    "cancel-running": { try $0.cancelRunning() },
    "cancel-races": { try $0.cancelRaces() },
    "cancel-by-many": { try $0.cancelByMany() },
]

extension Harness {
    func cancelQueued() throws {
        try withPool(maxWorkers: 1) { pool in
            let flag = try pool.makeCancelSignal()
            let started = try pool.makeChannel(capacity: nil)
            let ran = try pool.makeChannel(capacity: nil)
            let blocker = try pool.submit(waitForFlag, Queue(started), Flag(flag))
            let queued = try (0..<100).map { number in
                try pool.submit(Queue(ran), number) { (queue: Queue, number: Int) throws -> Void in
                    _ = try queue.channel.send(number, wait: .forever)
                }
            }
            checkEqual(queued[0].state, .queued)
            for (number, future) in queued.enumerated() where number % 2 == 0 {
                check(future.cancel(), "a queued task was not cancelled")
                check(future.cancel(), "cancelling twice is not the same as once")
                check(future.isCancelled && future.isDone, "\(future.state)")
                checkThrows(.cancelled) { try future.value() }
            }
            flag.set()
            for (number, future) in queued.enumerated() where number % 2 == 1 { try future.value() }
            _ = try blocker.value()
            var numbers: [Int] = []
            while let number = try ran.receive(as: Int.self, wait: .never) { numbers.append(number) }
            checkEqual(numbers, (0..<50).map { $0 * 2 + 1 }, "the tasks that ran")
        }
    }

    func cancelRunning() throws {
        try withPool(maxWorkers: 1) { pool in
            let flag = try pool.makeCancelSignal()
            let started = try pool.makeChannel(capacity: nil)
            let task = try pool.submit(waitForFlag, Queue(started), Flag(flag))
            let pid = try started.receive(as: Int32.self, wait: .forever)
            checkEqual(task.state, .running)
            check(!task.cancel(), "a running task was cancelled")
            flag.set()
            checkEqual(try task.value(), pid)
            check(!task.cancel(), "a task that is done was cancelled")
            checkEqual(task.state, .done)
        }
    }

    /// Cancels tasks at the very time they start: each either ran or was cancelled.
    func cancelRaces() throws {
        try withPool { pool in
            var random = SplitMix64(seed: number)
            let ran = try pool.makeChannel(capacity: nil)
            var cancelled = Set<Int>()
            let count = 3000
            for number in 0..<count {
                let future = try pool.submit(Queue(ran), number) { (queue: Queue, number: Int) throws -> Void in
                    _ = try queue.channel.send(number, wait: .forever)
                }
                for _ in 0..<Int.random(in: 0..<2000, using: &random) { _ = future.state }
                if future.cancel() {
                    cancelled.insert(number)
                    checkThrows(.cancelled) { try future.value() }
                } else {
                    try future.value(timeout: .seconds(20))
                }
            }
            _ = try pool.submit(double, 1).value()
            var seen = Set<Int>()
            while let number = try ran.receive(as: Int.self, wait: .never) {
                check(seen.insert(number).inserted, "task \(number) ran twice")
            }
            check(seen.isDisjoint(with: cancelled), "tasks \(seen.intersection(cancelled)) ran and were cancelled")
            checkEqual(seen.count + cancelled.count, count, "the number of tasks that ran or were cancelled")
        }
    }

    /// Several threads cancel the same tasks at once, again and again, now and then by force: they agree on each, and
    /// the pool works on.
    func cancelByMany() throws {
        let seed = number
        try withPool { pool in
            let ran = try pool.makeChannel(capacity: nil)
            let options = TaskOptions(gracePeriod: .zero)
            var cancelled = Set<Int>()
            var returned = 0
            for round in 0..<60 {
                let futures = try (0..<20).map { number in
                    try pool.submit(options: options, Queue(ran), round * 20 + number) {
                        (queue, number) throws -> Void in
                        _ = try queue.channel.send(number, wait: .forever)
                    }
                }
                let agreed = futures.map { _ in FlagBox() }
                onThreads(3) { thread in
                    var random = SplitMix64(seed: seed &+ round &* 3 &+ thread)
                    for _ in 0..<60 {
                        let index = Int.random(in: 0..<20, using: &random)
                        // Forced, true may also mean that the task is being ended, or was too quick to be.
                        if Int.random(in: 0..<20, using: &random) == 0 { _ = futures[index].cancel(force: true) }
                        if futures[index].cancel() { agreed[index].set() }
                    }
                }
                for (number, future) in futures.enumerated() {
                    do {
                        try future.value(timeout: .seconds(30))
                        returned += 1
                        check(!agreed[number].isSet, "a task was cancelled and has returned")
                    } catch let error as MultitaskingError {
                        checkEqual(error.code, .cancelled, "error")
                        // What was ended by force had started.
                        if agreed[number].isSet { cancelled.insert(round * 20 + number) }
                    }
                }
            }
            report("\(cancelled.count) of 1200 were cancelled, \(returned) returned")
            checkEqual(try pool.submit(double, 1).value(timeout: .seconds(30)), 2)
            var seen = Set<Int>()
            while let number = try ran.receive(as: Int.self, wait: .never) {
                check(seen.insert(number).inserted, "task \(number) ran twice")
            }
            check(seen.count >= returned, "\(seen.count) of \(returned) that returned have run")
        }
    }
}
