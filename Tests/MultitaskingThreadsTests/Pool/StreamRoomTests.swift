import Foundation
import MultitaskingCore
import MultitaskingThreads
import Synchronization
import Testing

/// Numbers that call something before the second of them.
private struct Numbers: Sequence, Sendable {
    let beforeSecond: @Sendable () -> Void

    func makeIterator() -> AnyIterator<Int> {
        var numbers = (0..<3).makeIterator()
        return AnyIterator {
            let number = numbers.next()
            if number == 1 { beforeSecond() }
            return number
        }
    }
}

/// An executor whose second submission takes as long as the test wants it to.
private final class SlowExecutor: Executor {
    let pool: ThreadPool
    private let submissions = Counter()
    let (isSubmitting, release): (any CancelSignal, any CancelSignal)
    let wasReleased = Atomic<Bool>(false)

    init(_ pool: ThreadPool) {
        self.pool = pool
        (isSubmitting, release) = (pool.makeCancelSignal(), pool.makeCancelSignal())
    }

    var maxWorkers: Int { pool.maxWorkers }

    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> {
        submissions.increment()
        if submissions.count == 2 {
            isSubmitting.set()
            wasReleased.store(release.waitUntilSet(.upTo(.seconds(20))), ordering: .relaxed)
        }
        return try pool.submit(call, options: options)
    }

    func makeChannel(_ options: ChannelOptions) throws -> any Channel { try pool.makeChannel(options) }
    func makeCancelSignal() throws -> any CancelSignal { pool.makeCancelSignal() }
    func shutdown(_ mode: ShutdownMode) { pool.shutdown(mode) }
}

extension ThreadsTests {
    /// Streams over pools whose queue others have filled.
    @Suite(.timeLimit(.minutes(1))) struct StreamRoom {
        private let (isRunning, release): (any CancelSignal, any CancelSignal)
        private let pool: ThreadPool

        init() throws {
            pool = try ThreadPool(maxWorkers: 1, queueLimit: 1, atExit: .kill)
            (isRunning, release) = (pool.makeCancelSignal(), pool.makeCancelSignal())
        }

        /// Keeps the worker busy until the release, and the queue full.
        private var fill: @Sendable () -> Void {
            { [pool, isRunning, release] in
                _ = try? pool.submit(running: { _ in
                    isRunning.set()
                    _ = release.waitUntilSet(.forever)
                })
                #expect(isRunning.waitUntilSet(.upTo(.seconds(20))))
                #expect(throws: Never.self) { try pool.submit(options: TaskOptions(waitForRoom: .never)) { 1 } }
            }
        }

        @Test(arguments: [StreamOrder.input, .completion])
        func resultThatIsThereIsReadWhileInputsWaitForRoom(_ order: StreamOrder) throws {
            var sum = 0
            for (_, result) in try pool.stream({ $0 + 1 }, Numbers(beforeSecond: fill), order: order) {
                sum += try result.get()
                release.set()
            }
            #expect(sum == 6)
            pool.shutdown(.drain)
        }

        @Test(arguments: [StreamOrder.input, .completion])
        func resultThatIsThereIsReadAsynchronouslyToo(_ order: StreamOrder) async throws {
            var sum = 0
            for try await (_, result) in pool.stream(
                { $0 + 1 }, Numbers(beforeSecond: fill), order: order)
            {
                sum += try result.get()
                release.set()
            }
            #expect(sum == 6)
            await pool.shutdown(.drain)
        }

        /// The next input comes when there is a result of the one before: nothing else has anybody look for room.
        @Test func inputThatComesAloneIsSubmittedWhenThereIsRoom() async throws {
            let (inputs, feed) = AsyncStream.makeStream(of: Int.self)
            let fill = fill
            // Cheap enough for several to be one task.
            let before = 2000
            for number in 0..<before { feed.yield(number) }
            var count = 0
            for try await (_, result) in pool.stream({ $0 + 1 }, inputs) {
                count += try result.get() > 0 ? 1 : 0
                if count > before { break }
                guard count == before else { continue }
                fill()
                feed.yield(count)
                // Some time later, when the reader waits and the pump has been refused.
                Task.detached { [release] in
                    try await Task.sleep(for: .milliseconds(20))
                    release.set()
                }
            }
            #expect(count == before + 1)
            await pool.shutdown(.drain)
        }

        @Test func workersAreBusyThoughTheQueueHoldsLess() async throws {
            let pool = try ThreadPool(maxWorkers: 8, queueLimit: 1, atExit: .kill)
            let running = Atomic<Int>(0)
            let most = Atomic<Int>(0)
            for try await _ in pool.stream(
                { (number: Int) in
                    most.max(running.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
                    defer { running.subtract(1, ordering: .relaxed) }
                    usleep(20_000)
                    return number
                }, 0..<100)
            {}
            #expect(most.load(ordering: .relaxed) >= 6)
            await pool.shutdown(.drain)
        }

        @Test func readerThatIsCancelledWhileInputsWaitForRoomIsTold() async throws {
            fill()
            let hasTaken = pool.makeCancelSignal()
            let inputs = AsyncStream<Int>(unfolding: {
                hasTaken.set()
                return 1
            })
            let reading = Task { for try await _ in pool.stream({ $0 + 1 }, inputs) {} }
            #expect(try await hasTaken.waitUntilSet(.upTo(.seconds(20))))
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            release.set()
            await pool.shutdown(.drain)
        }

        @Test func inputsWaitForRoomAsLongAsTheOptionsSay() async throws {
            fill()
            let options = TaskOptions(waitForRoom: .upTo(.milliseconds(50)))
            var codes: [MultitaskingError.Code?] = []
            for try await (_, result) in pool.stream({ $0 + 1 }, [1], options: options) {
                if case .failure(let error as MultitaskingError) = result { codes.append(error.code) }
            }
            #expect(codes == [.timedOut])
            release.set()
            await pool.shutdown(.drain)
        }

        @Test(arguments: [StreamOrder.input, .completion])
        func resultThatIsThereIsReadWhileAnInputIsBeingSubmitted(_ order: StreamOrder) async throws {
            let executor = SlowExecutor(try ThreadPool(maxWorkers: 2))
            let (inputs, continuation) = AsyncStream<Int>.makeStream()
            for number in 0..<4 { continuation.yield(number) }
            continuation.finish()
            var sum = 0
            for try await (_, result) in executor.stream({ $0 + 1 }, inputs, order: order) {
                // Only read while the second input is on its way.
                if sum == 0 { try await blocking { #expect(executor.isSubmitting.waitUntilSet(.upTo(.seconds(20)))) } }
                sum += try result.get()
                executor.release.set()
            }
            #expect(sum == 10 && executor.wasReleased.load(ordering: .relaxed))
            await executor.pool.shutdown(.drain)
        }
    }
}
