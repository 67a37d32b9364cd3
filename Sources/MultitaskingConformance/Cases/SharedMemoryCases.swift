import MultitaskingCore

/// What backends whose workers share the caller's memory can do besides.
let sharedMemoryCases: [ConformanceCase] = [
    ConformanceCase(
        "sharedMemory.closuresAndValuesAreShared", duty: "InProcessExecutor.submit(options:running:)",
        "Closures that capture run, return what is not Codable, and see the environment.", requires: [.sharedMemory]
    ) { trial in
        try trial.withPool { pool in
            guard let pool = pool as? any InProcessExecutor else {
                return trial.expect(false, "expected an InProcessExecutor; it is a \(type(of: pool))")
            }
            let tally = Tally()
            let futures = try (0..<50).map { _ in
                try pool.submit(options: .default) { environment -> Tally in
                    if environment.attempt == 1 { tally.add() }
                    return tally
                }
            }
            for future in futures {
                trial.expect(try trial.value(of: future) === tally, "expected the very object; another came")
            }
            trial.expect("how often closures ran", tally.count, is: 50)
            let failing = try pool.submit(options: .default) { _ -> Int in throw Unportable(tally) }
            _ = failing.waitUntilDone(trial.limit)
            guard case .failure(let error as Unportable) = failing.outcome(), error.tally === tally else {
                return trial.expect(
                    false,
                    "expected the error as it was thrown; the outcome is \(String(describing: failing.outcome()))")
            }
        }
    },
    ConformanceCase(
        "sharedMemory.whatATaskCapturedIsReleased", duty: "InProcessExecutor.submit(options:running:)",
        "When a task has ended, or was cancelled, what its closure captured is gone, though the future is held.",
        requires: [.sharedMemory]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            guard let pool = pool as? any InProcessExecutor else { return }
            let references = References()
            let (busy, gate) = try trial.busyTask(in: pool)
            let futures = try (0..<10).map { _ in
                let object = references.make()
                return try pool.submit(options: .default) { _ in object.count }
            }
            for future in futures.prefix(5) { trial.expect("cancel", future.cancel(), is: true) }
            gate.set()
            _ = try trial.value(of: busy)
            for future in futures.dropFirst(5) { trial.expect("the result", try trial.value(of: future), is: 0) }
            try trial.eventually("nothing that was captured is left") { references.alive == 0 }
            trial.expect("the futures", futures.allSatisfy(\.isDone), is: true)
        }
    },
    ConformanceCase(
        "sharedMemory.channelsTakeAnySendable", duty: "InProcessChannel.sendInProcess(_:wait:)",
        "Objects go through a channel as they are, keep to its capacity and its types, and are released when "
            + "discarded.",
        requires: [.sharedMemory]
    ) { trial in
        try trial.withPool { pool in
            guard let channel = try pool.makeChannel(capacity: 2) as? any InProcessChannel else {
                return trial.expect(false, "expected an InProcessChannel")
            }
            let references = References()
            var first: Tally? = references.make()
            if let first { trial.expect("send", try channel.sendInProcess(first, wait: .never), is: true) }
            trial.expect("send", try channel.sendInProcess(references.make(), wait: .never), is: true)
            trial.expect("send into a full one", try channel.sendInProcess(Tally(), wait: .never), is: false)
            trial.expectThrows(.wrongType, from: "receive of another type") {
                try channel.receiveInProcess(as: References.self, wait: .never)
            }
            let received = try channel.receiveInProcess(as: Tally.self, wait: .never)
            trial.expect(received === first, "expected the very object")
            trial.expect("alive", references.alive, is: 2)
            trial.expect("how many were discarded", channel.close(discarding: true), is: 1)
            first = nil
            trial.expect("alive, of which one is held here", references.alive, is: 1)
            trial.expectThrows(.closed, from: "send") { try channel.sendInProcess(1, wait: .never) }
            withExtendedLifetime(received) {}
        }
    },
]

/// An error with an object in it.
private struct Unportable: Error {
    let tally: Tally
    init(_ tally: Tally) { self.tally = tally }
}
