import Foundation
import MultitaskingCore
import MultitaskingRay
import Testing

private func note(_ path: String, _ number: Int) throws -> Int {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(file) }
    let line = "\(number)\n"
    guard unsafe write(file, line, line.utf8.count) == line.utf8.count else { throw POSIXError(.EIO) }
    return number * 2
}

/// Waits until there is a second file.
private func noteAndWait(_ path: String, _ number: Int, _ gate: String) throws -> Int {
    let deadline = ContinuousClock.now + .seconds(60)
    while unsafe access(gate, F_OK) != 0, ContinuousClock.now < deadline { usleep(1000) }
    return try note(path, number)
}

/// More than a mebibyte from 131,073 on.
private func numbers(_ first: Int, _ count: Int) -> [Int] { Array(first..<first + count) }

private func noteAndDie(_ path: String, _ number: Int) throws -> Int {
    _ = try note(path, number)
    kill(getpid(), SIGKILL)
    return 0
}

private func noteAndTakeTheWrapperAlong(_ path: String, _ number: Int) throws -> Int {
    _ = try note(path, number)
    kill(getppid(), SIGKILL)
    sleep(60)
    return 0
}

/// Tasks that are so short that several are handed over together; on the driver without Ray.
@Suite(.serialized) final class ShortTaskTests {
    private let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    private let pool: RayPool

    init() throws {
        pool = try RayPool(address: nil, maxWorkers: 2, options: fakeOptions)
        // So many are short in a row that many more go together.
        for future in try (0..<100).map({ try pool.submit(note, file, -$0 - 1) }) { _ = try future.value() }
    }

    deinit {
        pool.shutdown(.kill)
        try? FileManager.default.removeItem(atPath: file)
    }

    /// How often each task has begun.
    private var begun: [Int: Int] {
        let lines = ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n")
        return Dictionary(lines.compactMap { Int($0) }.map { ($0, 1) }, uniquingKeysWith: +)
    }

    private func outcome(_ future: Future<Int>) -> TaskOutcome<Int>? {
        future.waitUntilDone(.upTo(.seconds(60))) ? future.outcome() : nil
    }

    private func value(_ future: Future<Int>) -> Int? {
        guard case .success(let value)? = outcome(future) else { return nil }
        return value
    }

    private func code(_ future: Future<Int>) -> MultitaskingError.Code? {
        guard case .failure(let error as MultitaskingError)? = outcome(future) else { return nil }
        return error.code
    }

    @Test func largeResultsAreNotMixedUp_whenTasksGoTogetherOrFollowEachOther() throws {
        for count in [1, 1, 1, 40] {
            let futures = try (0..<count).map { try pool.submit(numbers, $0, 200_000 + $0) }
            for (first, future) in futures.enumerated() {
                #expect(try future.value() == numbers(first, 200_000 + first))
            }
        }
    }

    @Test func manyShortTasks_eachRunOnce() throws {
        let futures = try (0..<500).map { try pool.submit(note, file, $0) }
        #expect(futures.map(value) == (0..<500).map { $0 * 2 })
        #expect(begun.count == 600 && begun.values.allSatisfy { $0 == 1 })
    }

    @Test func longTaskAmongShortOnes_holdsUpNoneOfThem_andIsSeenToRun() throws {
        let gate = file + "-gate"
        defer { try? FileManager.default.removeItem(atPath: gate) }
        let early = try (0..<10).map { try pool.submit(note, file, $0) }
        let long = try pool.submit(noteAndWait, file, 10, gate)
        let late = try (11..<100).map { try pool.submit(note, file, $0) }
        #expect((early + late).map(value) == (0..<100).filter { $0 != 10 }.map { $0 * 2 })
        let deadline = ContinuousClock.now + .seconds(20)
        while long.state != .running, ContinuousClock.now < deadline { usleep(1000) }
        #expect(long.state == .running)
        #expect(FileManager.default.createFile(atPath: gate, contents: nil))
        #expect(value(long) == 20)
        #expect(begun.count == 200 && begun.values.allSatisfy { $0 == 1 })
    }

    @Test func taskThatDiesAmongShortOnes_failsAlone() throws {
        let futures = try (0..<100).map {
            try $0 == 40 ? pool.submit(noteAndDie, file, $0) : pool.submit(note, file, $0)
        }
        #expect(code(futures[40]) == .workerCrashed)
        for number in 0..<100 where number != 40 { #expect(value(futures[number]) == number * 2) }
        #expect(begun.count == 200 && begun.values.allSatisfy { $0 == 1 })
    }

    @Test func workerThatIsLostAmongShortTasks_hasNoneRunTwice() throws {
        let futures = try (0..<100).map {
            try $0 == 40 ? pool.submit(noteAndTakeTheWrapperAlong, file, $0) : pool.submit(note, file, $0)
        }
        #expect(code(futures[40]) == .workerLost)
        for number in 0..<100 where number != 40 {
            #expect(value(futures[number]) == number * 2 || code(futures[number]) == .workerLost)
        }
        #expect(begun.values.allSatisfy { $0 == 1 })
    }

    @Test func cancelledTaskAmongShortOnes_runsNever() throws {
        let futures = try (0..<200).map { try pool.submit(note, file, $0) }
        let wasCancelled = futures.map { $0.cancel() }
        for number in 0..<200 {
            if wasCancelled[number] {
                let end = outcome(futures[number])
                guard case .cancelled? = end else {
                    Issue.record("\(number) was cancelled, and ended as \(String(describing: end))")
                    continue
                }
                #expect(begun[number] == nil)
            } else {
                #expect(value(futures[number]) == number * 2 && begun[number] == 1)
            }
        }
    }
}
