import MultitaskingCore
import MultitaskingProcesses
import MultitaskingSerialization

/// How one pool is made, and what is done with it: all from the seed.
struct Plan: CustomStringConvertible {
    var method: StartMethod
    var workers: Int
    /// Whether several threads of the client use the pool, and wait `async` too.
    var isThreaded: Bool
    /// Whether shared memory is so little that it may be refused.
    var isTight: Bool
    var compression: CompressionPolicy
    var waveSize: Int
    /// How long the pool is used.
    var duration: Duration
    /// Whether the client itself kills processes of the pool, besides the one that does it from outside.
    var strikesFromClient: Bool
    /// Whether tasks may start processes of their own.
    var startsProcesses: Bool
    var shutdown: ShutdownMode
    /// How many of a hundred tasks return; the others fail.
    var mildness: Int
    /// How soon workers that are well are replaced, and how many there are when there is nothing to do.
    var limits = WorkerLimits.none

    init(isThreaded: Bool, isDoomed: Bool, _ random: inout SplitMix64) {
        self.isThreaded = isThreaded
        method = isThreaded ? .spawn : .fork
        workers = random.number(1...4)
        isTight = random.once(in: 6)
        compression = random.pick([(3, .automatic), (1, .none), (1, .zstd(level: 1))])
        waveSize = random.pick([(1, 3), (3, 40), (3, 150), (1, 500)])
        duration = .milliseconds(random.number(200...1500))
        strikesFromClient = !random.once(in: 4)
        // A client and a supervisor that die together leave nobody who could end them.
        startsProcesses = !isDoomed
        shutdown = random.pick([(3, .drain), (2, .cancelQueued), (2, .kill)])
        mildness = random.pick([(1, 30), (3, 80), (2, 95)])
        if random.once(in: 3) {
            limits.maxTasksPerWorker = random.number(1...60)
            limits.maxTasksJitter = 0.5
        }
        if random.once(in: 3) {
            limits.minimumWorkers = random.number(0...workers - 1)
            limits.idleTime = .milliseconds(random.number(1...50))
        }
    }

    var arenaLimit: Int { isTight ? 24 << 20 : 512 << 20 }

    /// How many words an argument, a result or an element has: in place, in a block, in blocks of its own.
    func size(_ random: inout SplitMix64) -> Int {
        let large = isTight ? 4000 : 140_000
        return switch random.number(0...199) {
        case 0: random.number(0...large)
        case 1...9: random.number(0...4000)
        case 10...60: random.number(8...200)
        default: random.number(0...7)
        }
    }

    func fate(_ random: inout SplitMix64) -> Fate {
        if random.number(1...100) <= mildness {
            return random.pick([
                (60, .returns), (6, .returnsAsync), (method == .fork ? 10 : 0, .returnsFromCopy), (4, .spins),
                (4, .sleeps),
                (3, .waitsForFlag), (3, .crashesFirst), (3, .throwsFirst), (startsProcesses ? 1 : 0, .startsProcess),
            ])
        }
        return random.pick([
            (8, .throwsCodable), (8, .throwsPlain), (4, .throwsDecoding), (4, .throwsEncoding),
            (3, .traps), (4, .segfaults), (6, .kills), (2, .aborts), (3, .exits0), (3, .exits3), (3, .exitsQuickly),
            (1, .overflows), (1, .stops), (1, .hangs), (1, .hangsDeafly), (2, .leavesWhenAsked),
            (3, .diesDecoding), (3, .diesEncoding), (startsProcesses ? 1 : 0, .startsProcessAndDies),
        ])
    }

    func options(for order: Order, _ random: inout SplitMix64) -> TaskOptions {
        var options = TaskOptions(gracePeriod: .milliseconds(random.number(0...20)))
        if isTight { options.waitForRoom = .upTo(.milliseconds(random.number(0...300))) }
        if order.fate.needsTimeout || random.once(in: 40) { options.timeout = .milliseconds(random.number(1...60)) }
        if random.once(in: 6) { options.priority = random.once(in: 2) ? .high : .low }
        if random.once(in: 40) { options.queueTimeout = .milliseconds(random.number(1...20)) }
        switch order.fate {
        case .throwsFirst:
            options.retries = .onErrors(
                CrossingFailure.self, limit: random.number(0...4), orCrash: random.once(in: 2),
                backoff: .milliseconds(random.number(0...3)))
        case .crashesFirst:
            options.retries = .onCrash(random.number(0...4), backoff: .milliseconds(random.number(0...3)))
        case .returnsFromCopy: break
        default:
            if random.once(in: 10) { options.retries = .onCrash(random.number(1...2)) }
        }
        // A task that was begun and is queued again may wait too long then.
        if options.retries.limit > 0 { options.queueTimeout = nil }
        return options
    }

    var description: String {
        "\(method) with \(workers) workers (\(limits.minimumWorkers ?? workers) at least, each for at most "
            + "\(limits.maxTasksPerWorker.map(String.init) ?? "all") tasks), "
            + "\(isTight ? "little memory, " : "")\(compression), waves of up to \(waveSize), "
            + "\(duration), then \(shutdown)"
    }
}
