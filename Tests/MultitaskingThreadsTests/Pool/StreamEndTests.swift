import MultitaskingCore
import MultitaskingThreads
import Synchronization
import Testing

/// Inputs whose second one comes when the gate has been opened, whatever is cancelled meanwhile.
private struct StubbornInputs: AsyncSequence, Sendable {
    let asked = Counter()
    let gate: AsyncStream<Void>

    struct AsyncIterator: AsyncIteratorProtocol {
        let inputs: StubbornInputs

        mutating func next() async -> Int? {
            inputs.asked.increment()
            if inputs.asked.count > 1 {
                await Task.detached { [gate = inputs.gate] in for await _ in gate {} }.value
            }
            return 1
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(inputs: self) }
}

extension ThreadsTests {
    /// How streams end before their inputs do.
    @Suite(.timeLimit(.minutes(1))) struct StreamEnds {
        @Test(arguments: [false, true])
        func producerOfInputsThatAreThere_isToldThatTheReaderHasGone(_ isCancelled: Bool) async throws {
            let pool = try ThreadPool(maxWorkers: 2)
            let (inputs, feed) = AsyncStream.makeStream(of: Int.self)
            let (ends, end) = AsyncStream.makeStream(of: Bool.self)
            feed.onTermination = {
                if case .cancelled = $0 { end.yield(true) } else { end.yield(false) }
                end.finish()
            }
            for number in 0..<1000 { feed.yield(number) }
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

        @Test func readerThatHasGone_doesNotWaitForInputsThatGoOn() async throws {
            let pool = try ThreadPool(maxWorkers: 2)
            let (gate, opening) = AsyncStream.makeStream(of: Void.self)
            let inputs = StubbornInputs(gate: gate)
            for try await _ in pool.stream({ $0 + 1 }, inputs, ahead: 1) { break }
            await pool.shutdown(.drain)
            #expect(inputs.asked.count <= 2)
            opening.finish()
        }
    }
}
