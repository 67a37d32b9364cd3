import Synchronization
import Testing

@testable import MultitaskingCore

/// Maps and streams whose workers die, over a pool that the test plays.
@Suite struct MapResultsTests {
    @Test func whileThePoolIsFull_nobodyWhoOnlyLooksWaitsForRoom() throws {
        let pool = PlayedPool()
        let results = try pool.map(0..<3)
        pool.isFull = true
        pool.kill(task: 0, at: 1)
        #expect(!results.isDone && !results.isDone)
        let progress = results.progress
        #expect(progress.queued == 2 && progress.failed == 1 && !results.waitUntilDone(.never))
        #expect(pool.limits.dropFirst().allSatisfy { $0 == .never || $0?.isOver == true })
        pool.isFull = false
        #expect(!results.isDone && results.progress.queued == 2)
        #expect(pool.submitted == [[0, 1, 2], [0], [2]])
        pool.finish(task: 1)
        pool.finish(task: 2)
        #expect(results.isDone && pool.submitted.count == 3)
        #expect(try codes(of: results.results()) == [nil, .workerCrashed, nil])
    }

    @Test func whoWaitsForResultsWaitsForRoomAsLongAsTheOptionsSay() async throws {
        let pool = PlayedPool()
        let results = try pool.map(0..<2)
        pool.isFull = true
        pool.kill(task: 0, at: 1)
        let isDone = try await results.waitUntilDone(.upTo(.milliseconds(1)))
        #expect(!isDone && results.settledCount == 1)
        pool.refusals = 3
        pool.finishesAtOnce = true
        let codes = codes(of: try await results.results())
        #expect(codes == [nil, .workerCrashed])
        #expect(pool.submitted == [[0, 1], [0]])
    }

    @Test func whoWaitsWithAThreadDoesSoTooAndAtMostAsLongAsTheOptionsSay() throws {
        let pool = PlayedPool()
        let (patient, brief) = (try pool.map(0..<2), try pool.map(0..<2, waitForRoom: .upTo(.milliseconds(30))))
        pool.refusals = 3
        pool.kill(task: 0, at: 1)
        pool.kill(task: 1, at: 1)
        pool.finishesAtOnce = true
        #expect(try codes(of: patient.results()) == [nil, .workerCrashed])
        pool.isFull = true
        #expect(try codes(of: brief.results()) == [.timedOut, .workerCrashed])
        #expect(pool.submitted == [[0, 1], [0, 1], [0]])
    }

    @Test func whatIsSubmittedAgainKeepsItsOrder_howeverOftenThePoolIsFull() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let pool = PlayedPool()
        let results = try pool.map(0..<500)
        // Nobody knows which element is to blame, so each is submitted alone.
        pool.kill(task: 0, at: 500)
        pool.isFull = true
        while pool.submitted.count < 501 {
            #expect(results.progress.queued == 500, "seed \(seed)")
            pool.accepts = .random(in: 0...20, using: &random)
        }
        #expect(pool.submitted.dropFirst().map { $0 } == (0..<500).map { [$0] }, "seed \(seed)")
        for task in 1...500 { pool.finish(task: task) }
        #expect(try results.isDone && codes(of: results.results()) == Array(repeating: nil, count: 500))
    }

    @Test func anErrorOtherThanLackOfRoomIsTheElements() throws {
        let pool = PlayedPool()
        let results = try pool.map(0..<2)
        pool.refusal = MultitaskingError(.shutDown, "the pool has ended")
        pool.isFull = true
        pool.kill(task: 0, at: 1)
        #expect(try results.isDone && codes(of: results.results()) == [.shutDown, .workerCrashed])
    }

    @Test(arguments: [false, true])
    func afterACancellationNothingRunsAgain(_ force: Bool) throws {
        let pool = PlayedPool()
        let results = try pool.map(0..<3)
        results.cancel(force: force)
        // It runs, and dies of something else.
        pool.kill(task: 0, at: 1)
        #expect(try codes(of: results.results()) == [.cancelled, .workerCrashed, .cancelled])
        #expect(pool.submitted.count == 1 && results.progress.cancelled == 2)
    }

    @Test func aCancellationEndsWhatWaitsForRoom() throws {
        let pool = PlayedPool()
        let results = try pool.map(0..<3)
        pool.isFull = true
        pool.kill(task: 0, at: 1)
        #expect(!results.isDone)
        results.cancel()
        #expect(try results.isDone && codes(of: results.results()) == [.cancelled, .workerCrashed, .cancelled])
        pool.isFull = false
        #expect(results.isDone && pool.submitted.count == 1)
    }

    @Test func whatIsBeingSubmittedIsNotSubmittedByAnotherAndIsCancelled() throws {
        let pool = PlayedPool()
        let results = try pool.map(0..<2)
        pool.kill(task: 0, at: 1)
        let isDone = Keeper(true)
        pool.onSubmit = {
            // As another thread would.
            isDone.value = results.isDone
            results.cancel()
        }
        #expect(!results.waitUntilDone(.never) || results.isDone)
        #expect(!isDone.value && pool.submitted == [[0, 1], [0]] && pool.isCancelled(task: 1))
        #expect(try codes(of: results.results()) == [.cancelled, .workerCrashed])
    }

    @Test(arguments: [StreamOrder.input, .completion])
    func theRestOfAStreamsChunkWaitsForRoomAsLongAsTheOptionsSay(_ order: StreamOrder) throws {
        let (pool, engine) = streamWithADeadWorker(order)
        var batch = engine.nextBatch()
        while batch == nil {
            engine.waitForResult()
            batch = engine.nextBatch()
        }
        #expect(codes(of: results(of: &batch)) == [nil, .workerCrashed, nil])
        #expect(engine.isEmpty && pool.submitted == [[0, 1, 2], [0], [2]])
    }

    @Test(arguments: [StreamOrder.input, .completion])
    func theRestOfAnAsynchronousStreamsChunkWaitsForRoomToo(_ order: StreamOrder) async throws {
        let (pool, engine) = streamWithADeadWorker(order)
        var batch = engine.nextBatch()
        while batch == nil {
            try await engine.waitForResult()
            batch = engine.nextBatch()
        }
        #expect(codes(of: results(of: &batch)) == [nil, .workerCrashed, nil])
        #expect(engine.isEmpty && pool.submitted == [[0, 1, 2], [0], [2]])
    }

    /// A stream of one chunk, whose rest is refused five times.
    private func streamWithADeadWorker(_ order: StreamOrder) -> (PlayedPool, StreamEngine<Int, Int>) {
        let pool = PlayedPool()
        let engine = StreamEngine(pool, pool.submitter, ahead: nil, order: order)
        #expect(engine.submit([0, 1, 2], mayBlock: true) == 3)
        pool.refusals = 5
        pool.kill(task: 0, at: 1)
        pool.finishesAtOnce = true
        return (pool, engine)
    }

    private func results(of batch: inout StreamBatch<Int>?) -> [Result<Int, any Error>] {
        var results: [Result<Int, any Error>] = []
        while let (offset, result) = batch?.next() {
            #expect(offset == results.count)
            results.append(result)
        }
        return results
    }

    private func codes(of results: [Result<Int, any Error>]) -> [MultitaskingError.Code?] {
        results.map { result in
            guard case .failure(let error) = result else { return nil }
            return (error as? MultitaskingError)?.code
        }
    }
}

/// A pool whose tasks end as the test says, and which takes in others only while it is not full.
private final class PlayedPool: Executor {
    private struct State {
        var submitted: [[Int]] = []
        var limits: [WaitLimit?] = []
        var futures: [DeferredFuture<MapChunk<Int>>] = []
        /// The tasks that somebody has cancelled, which go on.
        var cancelled: Set<Int> = []
        var isFull = false
        var refusals = 0
        var accepts = 0
        var refusal = MultitaskingError(.timedOut, "the pool is full")
        var finishesAtOnce = false
        var onSubmit: @Sendable () -> Void = {}
    }

    private let state = Lock(State())

    var submitted: [[Int]] { state.withLock(\.submitted) }
    /// How long each submission was to wait for room.
    var limits: [WaitLimit?] { state.withLock(\.limits) }
    var isFull: Bool {
        get { state.withLock(\.isFull) }
        set { state.withLock { $0.isFull = newValue } }
    }
    /// How many times it is full, and then no more.
    var refusals: Int {
        get { state.withLock(\.refusals) }
        set { state.withLock { ($0.refusals, $0.isFull) = (newValue, false) } }
    }
    /// How many tasks it takes in although it is full.
    var accepts: Int {
        get { state.withLock(\.accepts) }
        set { state.withLock { $0.accepts = newValue } }
    }
    var refusal: MultitaskingError {
        get { state.withLock(\.refusal) }
        set { state.withLock { $0.refusal = newValue } }
    }
    /// Whether tasks end as soon as they are submitted.
    var finishesAtOnce: Bool {
        get { state.withLock(\.finishesAtOnce) }
        set { state.withLock { $0.finishesAtOnce = newValue } }
    }
    /// Called once, while the next task is submitted.
    var onSubmit: @Sendable () -> Void {
        get { state.withLock(\.onSubmit) }
        set { state.withLock { $0.onSubmit = newValue } }
    }

    func map(_ elements: Range<Int>, waitForRoom: WaitLimit = .forever) throws -> MapResults<Int, Int> {
        try MapResults(Array(elements), chunkSize: elements.count, in: nil, waitForRoom: waitForRoom) {
            try self.submit($0, waiting: $2)
        }
    }

    var submitter: StreamSubmitter<Int, Int> {
        StreamSubmitter(
            submit: { _, _, _ in .completed(0) }, submitChunk: { try self.submit($0, waiting: $2) },
            submitsElements: false, waitForRoom: .forever)
    }

    private func submit(_ elements: [Int], waiting limit: WaitLimit?) throws -> Future<MapChunk<Int>> {
        let onSubmit = state.withLock { state in
            defer { state.onSubmit = {} }
            return state.onSubmit
        }
        onSubmit()
        return try state.withLock { state in
            state.limits.append(limit)
            state.refusals -= 1
            state.accepts -= 1
            if state.isFull && state.accepts < 0 || state.refusals >= 0 { throw state.refusal }
            let (future, task) = (DeferredFuture<MapChunk<Int>>(), state.futures.count)
            future.setMaker(
                .function { [weak self] _ in
                    self?.state.withLock { _ = $0.cancelled.insert(task) }
                    return false
                })
            state.submitted.append(elements)
            state.futures.append(future)
            if state.finishesAtOnce { future.end(.success(chunk(elements))) }
            return Future(future)
        }
    }

    func finish(task: Int) {
        let (future, elements) = state.withLock { ($0.futures[task], $0.submitted[task]) }
        future.end(.success(chunk(elements)))
    }

    /// Ends a task's worker while it calls the function for an element.
    func kill(task: Int, at element: Int) {
        let failure = WorkerFailure(
            pid: 1, worker: 0, phase: .running, signal: 9, signalName: "SIGKILL", exitCode: nil, peakMemory: 0,
            progress: element)
        let error = MultitaskingError(.workerCrashed, "died", cause: failure)
        state.withLock { $0.futures[task] }.end(.failure(error))
    }

    func isCancelled(task: Int) -> Bool { state.withLock { $0.cancelled.contains(task) } }

    private func chunk(_ elements: [Int]) -> MapChunk<Int> {
        var chunk = MapChunk<Int>()
        chunk.values = elements
        return chunk
    }

    // MARK: As an executor

    let maxWorkers = 2

    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> { throw refusal }

    func makeChannel(_ options: ChannelOptions) throws -> any Channel { throw refusal }

    func makeCancelSignal() throws -> any CancelSignal { throw refusal }

    func shutdown(_ mode: ShutdownMode) {}
}
