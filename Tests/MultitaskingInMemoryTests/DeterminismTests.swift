import Multitasking
import MultitaskingInMemory
import Testing

/// The same seed gives the same trace, byte for byte, in every build and on any number of cores.
@Suite(.timeLimit(.minutes(2))) struct DeterminismTests {
    /// A program with all there is: queues, events, time limits, retries, faults, an `async` function.
    private func trace(_ seed: UInt64) throws -> [String] {
        let options = InMemoryOptions(maxWorkers: 3, faults: .chaotic)
        let pool = try InMemoryPool(.seed(seed), options: options)
        let manager = try TaskManager(executor: pool)
        let session = try manager.session(inputQueueSize: 2, outputQueueSize: 3)
        let task = TaskOptions(
            timeout: .seconds(20), gracePeriod: .seconds(1), retries: .onCrash(2, backoff: .seconds(1)))
        try session.submit("a", doubleInputs, scopes: .session, options: task)
            .submit("b", doubleInputs, scopes: .session, options: task)
            .submit(
                "c", succeedAtThirdAttempt, scopes: .perTask,
                options: TaskOptions(retries: .onErrors(Refused.self, limit: 3))
            )
            .submit("d", pollUntilCancelled, scopes: .perTask, options: task)
            .submit("e", 5) { (number: Int) async throws -> Int in
                await Task.yield()
                return number
            }
        for number in 0..<6 { try session.context.writeInput(number, wait: .upTo(.seconds(1))) }
        _ = try session.waitForAll(timeout: .seconds(5), returnWhen: .firstCompleted)
        _ = try session.waitForAll(timeout: .seconds(60))
        _ = try session.context.readOutputUntilEmpty(as: Int.self)
        pool.shutdown()
        return pool.trace
    }

    @Test(arguments: UInt64(0)..<20)
    func theSameSeedGivesTheSameTrace(_ seed: UInt64) throws {
        let first = try trace(seed)
        #expect(first.count > 20)
        for _ in 0..<5 { #expect(try trace(seed) == first) }
    }

    @Test func differentSeedsGiveDifferentTraces() throws {
        let traces = try Set((0..<20).map { try trace($0) })
        #expect(traces.count == 20)
    }

    /// The digest was computed once. It must be the same in debug and release builds and on other machines; it changes
    /// only when the simulator, its random numbers, the trace's words or the encoded size of the elements change.
    @Test func theTracesAreThoseOfEveryOtherBuild() throws {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for seed in UInt64(0)..<50 {
            for byte in try trace(seed).joined(separator: "\n").utf8 {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            }
        }
        #expect(hash == 0x39B5_DFED_E6F6_42B2, "the digest is 0x\(String(hash, radix: 16))")
    }
}
