import MultitaskingCore

/// Random calls, compared with a model of a queue.
let historyCases: [ConformanceCase] = [
    ConformanceCase(
        "history.ofTheParentIsThatOfAQueue", duty: "Channel",
        "40 histories of random calls by the parent give what a model of a queue gives."
    ) { trial in
        try trial.checkHistories { pool, history in
            let channel = try pool.makeChannel(capacity: history.capacity)
            return history.calls.map { $0.make(on: channel) }
        }
    },
    ConformanceCase(
        "history.ofATaskIsThatOfAQueue", duty: "Channel",
        "40 histories of random calls by a task give what a model of a queue gives."
    ) { trial in
        try trial.checkHistories { pool, history in
            let channel = try pool.makeChannel(capacity: history.capacity)
            return try trial.value(of: pool.start(makeCalls, trial.ticket(channel), history.calls))
        }
    },
    ConformanceCase(
        "history.ofManyPeersHasAnOrder",
        duty: "Channel (each element is received exactly once, in each sender's order)",
        "In 12 rounds, four tasks make random calls on one channel: what they saw together can have happened in a "
            + "queue."
    ) { trial in
        var random = SplitMix64(seed: trial.seed)
        try trial.withPool(workers: 4) { pool in
            for _ in 0..<12 {
                let capacity = [nil, 1, 2, 5].randomElement(using: &random) ?? nil
                let scripts = (0..<4).map { PeerScript.random(peer: $0, using: &random) }
                guard let breach = try trial.breach(capacity, scripts, in: pool) else { continue }
                // Other orders of the same calls may be right, so each shorter script has several tries.
                let steps = scripts.flatMap { script in script.steps.map { (script.peer, $0) } }
                let shorter = try shrink(steps, attempts: 60) { steps in
                    for _ in 0..<3 where try trial.breach(capacity, PeerScript.all(of: steps), in: pool) != nil {
                        return true
                    }
                    return false
                }
                let shrunk = PeerScript.all(of: shorter)
                let again = try trial.breach(capacity, shrunk, in: pool) ?? "it may pass now and then"
                trial.expect(
                    false,
                    """
                    expected that four tasks see a queue; with seed \(trial.seed), \(breach). Shortened, with capacity \
                    \(capacity.map(String.init) ?? "nil"): \(shrunk.map(\.description).joined(separator: " | ")): \
                    \(again)
                    """)
                return
            }
        }
    },
    ConformanceCase(
        "history.ofManyTasksIsLinearizable", duty: "Channel (each call takes effect at one moment)",
        "Eight tasks make calls that wait for nothing: each answer is what a queue gives at some moment of the call."
    ) { trial in
        try trial.withPool(workers: 8) { pool in try trial.checkTimedHistories(pool, tasks: 8, threads: 0) }
    },
    ConformanceCase(
        "history.ofThreadsAndTasksIsLinearizable", duty: "Channel (each call takes effect at one moment)",
        "Four threads and four tasks make calls that wait for nothing: each answer is a queue's at some moment of the "
            + "call.",
        requires: [.parentThreads]
    ) { trial in
        try trial.withPool(workers: 4) { pool in try trial.checkTimedHistories(pool, tasks: 4, threads: 4) }
    },
]

extension Trial {
    /// Plays random histories; the first that is not a queue's is shortened and recorded.
    fileprivate func checkHistories(_ play: (any Executor, History) throws -> [ChannelAnswer]) throws {
        var random = SplitMix64(seed: seed)
        try withPool { pool in
            for _ in 0..<40 {
                let history = History.random(length: Int.random(in: 5...60, using: &random), using: &random)
                guard history.breach(in: try play(pool, history)) != nil else { continue }
                var shorter = history
                shorter.calls = try shrink(history.calls, attempts: 300) { calls in
                    let candidate = History(capacity: history.capacity, calls: calls)
                    return candidate.breach(in: try play(pool, candidate)) != nil
                }
                let breach = shorter.breach(in: try play(pool, shorter)) ?? "it passes now and then"
                return expect(
                    false,
                    """
                    expected what a queue gives; with seed \(seed), shortened to \(shorter.calls.count) of \
                    \(history.calls.count) calls on a channel with capacity \
                    \(history.capacity.map(String.init) ?? "nil"): \(breach)
                    """)
            }
        }
    }

    /// Makes tasks and threads of the parent make random calls at the same time on channels of several capacities,
    /// often enough that some are interrupted in the middle, if there are fewer cores.
    fileprivate func checkTimedHistories(_ pool: any Executor, tasks: Int, threads: Int) throws {
        // Where a call takes a millisecond, fewer calls than are wanted will do.
        let limit = patience / 40
        for (round, capacity) in [nil, 1, 5, nil, 1, 5].enumerated() {
            let channel = try pool.makeChannel(capacity: capacity)
            let (origin, seed) = (ContinuousClock.now, seed &+ UInt64(round) << 16)
            let futures = try (0..<tasks).map { peer in
                try pool.start(playTimed, ticket(channel), peer, Self.timedCalls, seed, origin, limit)
            }
            let ofThreads = Collector<[TimedCall]>()
            if threads > 0 {
                try onThreads(threads) { thread in
                    ofThreads.add(
                        try makeTimedCalls(
                            on: channel, by: tasks + thread, count: Self.timedCalls, seed: seed, since: origin,
                            within: limit))
                }
            }
            var calls = try futures.flatMap { try value(of: $0) } + ofThreads.all.flatMap { $0 }
            // What is left was received after everything else.
            let end = (calls.map(\.end).max() ?? 0) + 1
            for (index, number) in try drain(Int.self, channel).enumerated() {
                let time = end + Int64(index)
                calls.append(TimedCall(answer: .received(number), start: time, end: time))
            }
            if let breach = TimedHistory(capacity: capacity, calls: calls).breach {
                return expect(
                    false,
                    """
                    expected that each call on a channel with capacity \(capacity.map(String.init) ?? "nil") takes \
                    effect at one moment; with seed \(seed), \(breach)
                    """)
            }
        }
    }

    /// How many calls each of several callers makes.
    private static let timedCalls = 1500

    /// Lets tasks play the scripts at once on a new channel; what does not hold of it, if anything.
    fileprivate func breach(_ capacity: Int?, _ scripts: [PeerScript], in pool: any Executor) throws -> String? {
        let channel = try pool.makeChannel(capacity: capacity)
        let futures = try scripts.map { try pool.start(play, ticket(channel), $0) }
        var logs: [Int: PeerLog] = [:]
        for (script, future) in zip(scripts, futures) { logs[script.peer] = try value(of: future, "\(script)") }
        var joins = [channel.join(wait: .never)]
        let rest = try drain(Item.self, channel)
        for _ in rest { try channel.taskDone() }
        joins.append(channel.join(wait: .never))
        return PeerLedger(capacity: capacity, logs: logs, rest: rest, joins: joins).breach
    }
}

extension PeerScript {
    /// The scripts with the steps of each peer.
    fileprivate static func all(of steps: [(peer: Int, step: Step)]) -> [PeerScript] {
        (0..<4).map { peer in PeerScript(peer: peer, steps: steps.filter { $0.peer == peer }.map(\.step)) }
    }
}
