import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

/// Streams of elements through one or two channels, whose tasks are begun again when they end or die.
struct ChannelLoad {
    /// Who sends to whom.
    enum Shape: CaseIterable {
        /// Workers to the client.
        case up
        /// The client to workers.
        case down
        /// Workers to workers.
        case across
        /// The client to workers, and from them back.
        case through
    }

    private let pool: ProcessPool
    private let plan: Plan
    private let shape: Shape
    private let first: Lane
    private let second: Lane
    private let reports: Bool
    /// Whether what a task has received and not reported comes again when it dies.
    private let redelivers: Bool
    private var nextID: UInt32
    private var random: SplitMix64
    private var running: [Running] = []
    private var witness = Witness()
    private var mayWaitForever: Int
    /// How many elements may have died with a receiver, and how many may have come again because of that, by lane.
    private var losses: [UInt32: Int] = [:]
    private var repeats: [UInt32: Int] = [:]
    private var deaths = 0

    private struct Running {
        var stream: Stream
        var isAsync: Bool
        var verdict: Verdict
        var future: Future<Int>
    }

    init(_ pool: ProcessPool, _ plan: Plan, firstID: UInt32, random: SplitMix64) throws {
        self.pool = pool
        self.plan = plan
        nextID = firstID + 2
        self.random = random
        shape = self.random.pick(Shape.allCases.map { (1, $0) })
        redelivers = self.random.once(in: 3)
        let mayReport = self.random.once(in: 2)
        reports = redelivers || mayReport
        // Bounded in one way or another: senders would fill the pool's memory before the receivers get to it.
        let bounds: [(Int, ChannelOptions)] = [
            (1, ChannelOptions(byteCapacity: 16 << 20)), (1, ChannelOptions(byteCapacity: 5000)),
            (1, ChannelOptions(capacity: 1)), (3, ChannelOptions(capacity: 50)),
            (1, ChannelOptions(capacity: 200, byteCapacity: 20_000)),
        ]
        var options = [self.random.pick(bounds), self.random.pick(bounds)]
        for index in options.indices { options[index].redelivers = redelivers }
        let carriesVectors = self.random.once(in: 3)
        first = Lane(firstID, try pool.makeChannel(options[0]), carriesVectors: carriesVectors)
        second = Lane(firstID + 1, try pool.makeChannel(options[1]), carriesVectors: carriesVectors)
        // One worker must stay free for tasks that come to an end.
        mayWaitForever = plan.workers - 1
    }

    /// The lane from which the client receives, and the one to which it sends.
    private var clientInput: Lane? { shape == .up ? first : shape == .through ? second : nil }
    private var clientOutput: Lane? { shape == .down || shape == .through ? first : nil }

    // MARK: While the pool runs

    /// Keeps elements flowing until the time is up, then closes the channels and checks what came.
    mutating func run(until end: ContinuousClock.Instant) {
        Report.progress("streaming \(shape)")
        if plan.isThreaded {
            let clients = clientStreams()
            withClients(clients) { load in
                while ContinuousClock.now < end {
                    load.topUp()
                    usleep(2000)
                }
                load.close()
            }
        } else {
            while ContinuousClock.now < end { step() }
            close()
        }
        finish()
    }

    /// Does a little of everything, for a client with one thread.
    mutating func step() {
        topUp()
        for stream in clientStreams() { runInClient(stream) }
    }

    private mutating func runInClient(_ stream: Stream) {
        do { _ = try runStream(stream) } catch { Report.breach(.values, "the client's \(stream): \(error)") }
    }

    /// Runs the client's ends on threads, blocking or `async`, while `body` runs.
    private mutating func withClients(_ streams: [Stream], _ body: (inout ChannelLoad) -> Void) {
        let left = Countdown(streams.count)
        for stream in streams {
            let isAsync = random.once(in: 2)
            Task.detached {
                do { _ = try await isAsync ? runStreamAsync(stream) : Self.blocking(stream) } catch {
                    Report.breach(.values, "the client's \(stream): \(error)")
                }
                left.down()
            }
        }
        body(&self)
        Report.progress("waiting for the client's streams, \(shape)")
        if !eventually(within: Limits.hang, { left.isZero }) {
            Report.breach(
                .hangs, "a stream of the client, \(shape), goes on: \(first.channel.status), \(second.channel.status)")
        }
    }

    /// Blocks a thread of its own, not one of Swift's.
    private static func blocking(_ stream: Stream) async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            onDetachedThread {
                continuation.resume(with: Result { try runStream(stream) })
            }
        }
    }

    private mutating func clientStreams() -> [Stream] {
        let ends = [(clientInput, nil), (nil, clientOutput)].filter { $0.0 != nil || $0.1 != nil }
        return ends.map { input, output in
            var stream = stream(from: input, to: output)
            stream.count = plan.isThreaded ? .max : random.number(1...100)
            stream.patience = plan.isThreaded ? nil : 2
            return stream
        }
    }

    private mutating func stream(from input: Lane?, to output: Lane?) -> Stream {
        defer { nextID += Stream.width }
        var stream = Stream(
            id: nextID, input: input, output: output, count: random.number(1...600), patience: random.number(0...20),
            reports: reports, seed: random.next(), largest: plan.isTight ? 2000 : 80_000,
            mayBeRefusedMemory: plan.isTight)
        if random.once(in: 2) { stream.batch = random.number(2...40) } else { stream.selects = random.once(in: 2) }
        return stream
    }

    /// Begins streams in workers in the place of those that have ended.
    private mutating func topUp() {
        judgeEnded()
        while running.count < plan.workers + 1 {
            let ends: (Lane?, Lane?) =
                switch shape {
                case .up: (nil, first)
                case .down: (first, nil)
                case .across: random.once(in: 2) ? (first, nil) : (nil, first)
                case .through: (first, second)
                }
            var stream = stream(from: ends.0, to: ends.1)
            if running.count(where: { $0.stream.patience == nil }) < mayWaitForever, random.once(in: 2) {
                stream.patience = nil
            }
            let isAsync = random.once(in: 4)
            do {
                let future =
                    isAsync ? try pool.submit(runStreamAsync, stream) : try pool.submit(runStream, stream)
                var verdict = Verdict(order: Order(id: stream.id, fate: .streams, words: 0), options: .default)
                verdict.isTight = plan.isTight
                Report.add(1, to: "submitted")
                running.append(Running(stream: stream, isAsync: isAsync, verdict: verdict, future: future))
            } catch let error as MultitaskingError where error.code == .initializerFailed {
                witness.update()
                return Report.expect(witness.workerStrikes >= 3, .causes, "\(error)")
            } catch { return Report.breach(.ledger, "submit threw \(error)") }
        }
    }

    /// Looks at the streams that have ended, in whatever way.
    private mutating func judgeEnded() {
        let outcomes = running.map { $0.future.outcome() }
        guard outcomes.contains(where: { $0 != nil }) else { return }
        // Afterwards: what they have written down is there now.
        witness.update()
        let ended = zip(running, outcomes).filter { $0.1 != nil }
        running = zip(running, outcomes).filter { $0.1 == nil }.map(\.0)
        for (running, outcome) in ended {
            guard let outcome else { continue }
            var error: (any Error)?
            var isCancelled = false
            switch outcome {
            case .success: Report.add(1, to: "succeeded")
            case .cancelled:
                Report.add(1, to: "cancelled")
                isCancelled = true
            case .failure(let failure):
                Report.add(1, to: "failed")
                error = failure
            }
            let reply = running.verdict.order.reply
            let judged: TaskOutcome<Reply> = isCancelled ? .cancelled : error.map { .failure($0) } ?? .success(reply)
            running.verdict.check(judged, witness) {
                // A stream that found a damaged element says so by an error of its own.
                Report.breach(error is CrossingFailure ? .values : $0, $1)
            }
            if error != nil, let input = running.stream.input { note(deathOf: running, input) }
        }
    }

    /// What a task was just then taking out of a channel died with it, or comes again.
    private mutating func note(deathOf running: Running, _ input: Lane) {
        let count = running.isAsync ? Int(Stream.width) : running.stream.batch
        guard redelivers else { return losses[input.number, default: 0] += count }
        repeats[input.number, default: 0] += count
        // A stream reports what the whole task received first: maybe for another one, which had no time to write it
        // down.
        if running.isAsync { losses[input.number, default: 0] += count - 1 }
    }

    // MARK: The end

    private var discarded: [UInt32: Int] = [:]

    /// Closes what is sent to first, waits for the workers, and then the rest.
    private mutating func close() {
        close(first)
        Report.progress("waiting for the streams in workers, \(shape)")
        let deadline = ContinuousClock.now + Limits.hang
        while !running.isEmpty, ContinuousClock.now < deadline {
            judgeEnded()
            // Whoever sends to the client is waiting for it to receive.
            if shape == .through, !plan.isThreaded { for stream in clientStreams() { runInClient(stream) } }
            usleep(500)
        }
        for running in running {
            Report.breach(
                .hangs,
                "stream \(running.stream.id), \(shape), is still \(running.future.state) after \(Limits.hang): "
                    + "\(first.channel.status), \(second.channel.status); \(Proc.describe(pool.supervisorProcessID))")
        }
        if shape == .through { close(second) }
    }

    private mutating func close(_ lane: Lane) {
        // What comes back after that is not discarded, and could not be told from it.
        discarded[lane.number] = lane.channel.close(discarding: !redelivers && random.once(in: 2))
    }

    /// Receives what is left, and compares.
    private mutating func finish() {
        Report.progress("checking channels, \(shape)")
        for lane in shape == .through ? [first, second] : [first] {
            let left = lane.channel.status.count
            var rest = stream(from: lane, to: nil)
            rest.count = .max
            rest.patience = nil
            var drained = 0
            do { drained = try runStream(rest) } catch {
                Report.breach(.values, "\(shape): what was left in a channel: \(error)")
            }
            Report.add(drained, to: "queued at the end")
            Report.expect(drained <= left, .elements, "\(shape): \(drained) elements came of \(left)")
            Report.expect(
                lane.channel.status.count == 0, .elements, "\(shape): the drained channel has \(lane.channel.status)")
            var position = 0
            let passages = Logbook.passages.read(from: &position).compactMap(Passage.init)
            let ledger = LaneLedger(lane.number, passages)
            let losses = losses[lane.number] ?? 0
            ledger.check(
                "\(shape), lane \(lane.number)", discarded: discarded[lane.number] ?? 0, losses: losses,
                repeats: repeats[lane.number] ?? 0)
            if reports { checkJoin(lane, ledger, redelivers ? 0 : losses) }
        }
    }

    /// Who joins waits for what died between being received and being reported, and for nothing else.
    private func checkJoin(_ lane: Lane, _ ledger: LaneLedger, _ losses: Int) {
        var missing = 0
        while !lane.channel.join(wait: .never), missing <= losses {
            missing += 1
            do { try lane.channel.taskDone() } catch { break }
        }
        Report.expect(
            lane.channel.join(wait: .upTo(.seconds(1))), .elements,
            "\(shape): join waits for more than the \(losses) elements that may have died; \(ledger.owed) are owed")
    }
}
