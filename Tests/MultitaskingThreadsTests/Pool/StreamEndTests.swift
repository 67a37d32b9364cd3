import MultitaskingCore
import MultitaskingThreads
import Synchronization
import Testing

/// Numbers without end, which count how many were taken.
private struct Numbers: Sequence, Sendable {
    let taken = Counter()

    func makeIterator() -> AnyIterator<Int> {
        var number = 0
        return AnyIterator { [taken] in
            taken.increment()
            defer { number += 1 }
            return number
        }
    }

    /// The same for whoever suspends.
    var asynchronous: AsyncStream<Int> {
        AsyncStream(unfolding: { [taken] in
            taken.increment()
            return taken.count
        })
    }
}

/// Inputs whose second one comes when the gate has been opened, whatever is cancelled meanwhile.
private struct StubbornInputs: AsyncSequence, Sendable {
    let asked = Counter()
    let returned = Counter()
    let gate: AsyncStream<Void>

    struct AsyncIterator: AsyncIteratorProtocol {
        let inputs: StubbornInputs

        mutating func next() async -> Int? {
            inputs.asked.increment()
            defer { inputs.returned.increment() }
            if inputs.asked.count > 1 {
                await Task.detached { [gate = inputs.gate] in for await _ in gate {} }.value
            }
            return 1
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(inputs: self) }
}

/// Counts what is submitted to a thread pool.
private final class CountingExecutor: Executor {
    let pool: ThreadPool
    let submissions = Counter()

    init(_ pool: ThreadPool) { self.pool = pool }

    var maxWorkers: Int { pool.maxWorkers }

    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> {
        submissions.increment()
        return try pool.submit(call, options: options)
    }

    func makeChannel(_ options: ChannelOptions) throws -> any Channel { try pool.makeChannel(options) }
    func makeCancelSignal() throws -> any CancelSignal { pool.makeCancelSignal() }
    func shutdown(_ mode: ShutdownMode) { pool.shutdown(mode) }
}

/// An iterator that one task after the other uses.
private final class SharedIterator<Inputs>: @unchecked Sendable {
    private var iterator: AsyncResultSequence<Inputs, Int>.Iterator

    init(_ results: AsyncResultSequence<Inputs, Int>) { iterator = results.makeAsyncIterator() }

    func nextOffset() async throws -> Int? { try await iterator.next()?.offset }
}

extension ThreadsTests {
    /// How streams end before their inputs do.
    @Suite(.timeLimit(.minutes(1))) struct StreamEnds {
        private static let courses: [(StreamOrder, Int?, Int)] = [StreamOrder.input, .completion].flatMap { order in
            [nil, 1, 50].flatMap { ahead in [0, 1, 5000].map { (order, ahead, $0) } }
        }

        /// Notes a result of a pool that is shut down after some of them; whether the stream should have ended.
        private func hasGoneOn(
            _ pool: ThreadPool, _ result: Result<Int, any Error>, _ count: inout Int, end: Int
        ) -> Bool {
            count += 1
            if case .failure(let error) = result {
                #expect((error as? MultitaskingError)?.code == .shutDown && count > end)
            }
            if count == end { pool.beginShutdown(.drain) }
            return count > end + 100_000
        }

        @Test(arguments: courses)
        func endlessInputs_endWithThePool(_ order: StreamOrder, _ ahead: Int?, _ end: Int) throws {
            let pool = try ThreadPool(maxWorkers: 2)
            if end == 0 { pool.shutdown(.drain) }
            let numbers = Numbers()
            var count = 0
            let results: ResultSequence = try pool.stream({ $0 + 1 }, numbers, ahead: ahead, order: order)
            for (_, result) in results {
                if hasGoneOn(pool, result, &count, end: end) { break }
            }
            #expect(count > end && numbers.taken.count == count)
            pool.shutdown(.drain)
        }

        @Test(arguments: courses)
        func endlessAsynchronousInputs_endWithThePool(_ order: StreamOrder, _ ahead: Int?, _ end: Int) async throws {
            let pool = try ThreadPool(maxWorkers: 2)
            if end == 0 { await pool.shutdown(.drain) }
            let numbers = Numbers()
            var count = 0
            for try await (_, result) in pool.stream({ $0 + 1 }, numbers.asynchronous, ahead: ahead, order: order) {
                if hasGoneOn(pool, result, &count, end: end) { break }
            }
            #expect(count > end && numbers.taken.count == count)
            await pool.shutdown(.drain)
        }

        /// Inputs that are there, and whether the reader has gone when the producer is told of an end.
        private func watchedInputs() -> (inputs: AsyncStream<Int>, ends: AsyncStream<Bool>) {
            let (inputs, feed) = AsyncStream.makeStream(of: Int.self)
            let (ends, end) = AsyncStream.makeStream(of: Bool.self)
            feed.onTermination = {
                if case .cancelled = $0 { end.yield(true) } else { end.yield(false) }
                end.finish()
            }
            for number in 0..<1000 { feed.yield(number) }
            return (inputs, ends)
        }

        @Test(arguments: [false, true])
        func producerOfInputsThatAreThere_isToldThatTheReaderHasGone(_ isCancelled: Bool) async throws {
            let pool = try ThreadPool(maxWorkers: 2)
            let (inputs, ends) = watchedInputs()
            let reading = Task {
                for try await _ in pool.stream({ $0 + 1 }, inputs, ahead: 2) {
                    if !isCancelled { break }
                    unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                }
            }
            if case .failure(let error) = await reading.result { #expect(isCancelled && error is CancellationError) }
            // While the inputs are still held here.
            #expect(await ends.first { _ in true } == true)
            withExtendedLifetime(inputs) {}
            await pool.shutdown(.drain)
        }

        @Test func producerOfInputsThatAreThere_isToldThatThePoolHasEnded() async throws {
            let pool = try ThreadPool(maxWorkers: 2)
            let (inputs, ends) = watchedInputs()
            await pool.shutdown(.drain)
            for try await _ in pool.stream({ $0 + 1 }, inputs, ahead: 2) {}
            #expect(await ends.first { _ in true } == true)
            withExtendedLifetime(inputs) {}
        }

        @Test func readerThatHasGone_doesNotWaitForInputsThatGoOn() async throws {
            let pool = try ThreadPool(maxWorkers: 2)
            let (gate, opening) = AsyncStream.makeStream(of: Void.self)
            let inputs = StubbornInputs(gate: gate)
            for try await _ in pool.stream({ $0 + 1 }, inputs, ahead: 1) {
                #expect(try await blocking { eventually { inputs.asked.count == 2 } })
                break
            }
            await pool.shutdown(.drain)
            #expect(inputs.returned.count == 1)
            opening.finish()
        }

        @Test func inputThatComesAfterTheReaderHasGone_isNotSubmitted() async throws {
            let executor = CountingExecutor(try ThreadPool(maxWorkers: 2))
            let (gate, opening) = AsyncStream.makeStream(of: Void.self)
            let inputs = StubbornInputs(gate: gate)
            for try await _ in executor.stream({ $0 + 1 }, inputs, ahead: 1) {
                #expect(try await blocking { eventually { inputs.asked.count == 2 } })
                break
            }
            opening.finish()
            // They are asked once more after what came late.
            #expect(try await blocking { eventually { inputs.asked.count == 3 } })
            #expect(executor.submissions.count == 1)
            await executor.pool.shutdown(.drain)
        }

        @Test func streamWhoseReaderWasCancelled_hasEndedThoughItsIteratorIsKept() async throws {
            try await checkThatCancellingEnds { $0.stream(Numbers(), body: $1) }
            try await checkThatCancellingEnds { $0.stream(Numbers().asynchronous, body: $1) }
        }

        /// The elements would run for an hour.
        private func checkThatCancellingEnds<Inputs>(
            _ stream: (ThreadPool, @escaping @Sendable (Int) async throws -> Int) -> AsyncResultSequence<Inputs, Int>
        ) async throws {
            let pool = try ThreadPool(maxWorkers: 2)
            let begun = Counter()
            let results = stream(pool) { number in
                begun.increment()
                try await Task.sleep(for: .seconds(3600))
                return number
            }
            let iterator = SharedIterator(results)
            let reading = Task { try await iterator.nextOffset() }
            #expect(try await blocking { eventually { begun.count == 2 } })
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            await pool.shutdown(.drain)
            #expect(try await iterator.nextOffset() == nil)
            #expect(begun.count == 2)
        }

        @Test func inputs_areNotTakenBeforeAResultIsRequested() async throws {
            let pool = try ThreadPool(maxWorkers: 2)
            let numbers = Numbers()
            let first = SharedIterator(pool.stream(numbers) { $0 + 1 })
            let second = SharedIterator(pool.stream(numbers.asynchronous) { $0 + 1 })
            for _ in 0..<1000 { await Task.yield() }
            #expect(numbers.taken.count == 0)
            #expect(try await first.nextOffset() == 0)
            #expect(try await second.nextOffset() == 0)
            await pool.shutdown(.drain)
        }
    }
}
