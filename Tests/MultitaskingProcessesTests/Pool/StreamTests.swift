import Glibc
import MultitaskingCore
import MultitaskingProcesses
import Testing

private func sleepLongAtThree(_ number: Int) -> Int {
    if number == 3 { sleep(30) }
    return number
}

private func waitForFileAtZero(_ number: Int, _ path: String) -> Int {
    while number == 0, unsafe access(path, F_OK) != 0 { usleep(1000) }
    return number
}

@Suite(.serialized) struct StreamTests {
    @Test func timeLimitOfAStream_isEachElements() throws {
        let pool = try ProcessPool(maxWorkers: 2)
        defer { pool.shutdown(.kill) }
        let options = TaskOptions(timeout: .milliseconds(300), gracePeriod: .milliseconds(20))
        var failed: [Int] = []
        for (offset, result) in try pool.stream(sleepLongAtThree, 0..<6, options: options) {
            switch result {
            case .success(let value): #expect(value == offset)
            case .failure(let error as MultitaskingError) where error.code == .taskTimedOut: failed.append(offset)
            case .failure(let error): Issue.record("element \(offset) failed with \(error)")
            }
        }
        #expect(failed == [3])
    }

    @Test func streamByCompletion_whileTheFirstElementRuns_givesTheOthers() throws {
        let path = "/tmp/stream-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let pool = try ProcessPool(maxWorkers: 2)
        defer {
            pool.shutdown(.kill)
            unsafe unlink(path)
        }
        var order: [Int] = []
        let inputs = (0..<8).map { (number: $0, path: path) }.map { Input(number: $0.number, path: $0.path) }
        for (offset, _) in try pool.stream(Input.run, inputs, ahead: 2, order: .completion) {
            order.append(offset)
            // All others came while the first one ran.
            if order.count == 7 { close(unsafe open(path, O_CREAT | O_WRONLY, 0o600)) }
        }
        #expect(order.last == 0 && order.count == 8)
    }

    @Test func endlessInputs_whenStreamed_takeConstantMemory() throws {
        let pool = try ProcessPool(maxWorkers: 2, arenaLimit: 16 << 20)
        defer { pool.shutdown(.drain) }
        var count = 0
        for (_, result) in try pool.stream({ $0.count }, sequence(first: [UInt8](repeating: 1, count: 10_000)) { $0 }) {
            #expect(try result.get() == 10_000)
            count += 1
            // Many times what the pool's memory holds.
            if count == 20_000 { break }
        }
        #expect(count == 20_000)
    }
}

/// What an element of the stream needs to know.
struct Input: Codable, Sendable {
    var number: Int
    var path: String
    static func run(_ input: Input) -> Int { waitForFileAtZero(input.number, input.path) }
}
