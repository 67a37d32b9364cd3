import Foundation
import MultitaskingCore
import Testing

@Suite struct PoolStatisticsTests {
    private typealias Worker = PoolStatistics.Worker

    /// Statistics in which each number is as long as it can be.
    private static var longest: PoolStatistics {
        let times = PoolStatistics.Times(
            count: .max, total: .seconds(1 << 40), p50: .seconds(5_990), p90: .seconds(5_990), p99: .seconds(5_990),
            longest: .seconds(1 << 40))
        let worker = Worker(
            index: 511, pid: 4_194_304, state: .encoding, tasksDone: .max, tasksFailed: .max, tasksCrashed: .max,
            replacements: .init(crashed: 1), bytesIn: .max, bytesOut: .max,
            times: .init(
                starting: .seconds(5_990), initializing: .zero, waiting: .seconds(5_990), decoding: .seconds(5_990),
                running: .seconds(5_990), encoding: .seconds(5_990)))
        return PoolStatistics(
            maxWorkers: 512, age: .seconds(1 << 40),
            tasks: .init(
                submitted: 4_000_000_000, queued: 1_000_000_000, running: 512, succeeded: 1_000_000_000,
                failed: 1_000_000_000, cancelled: 999_999_488, retried: 1_000_000_000), queueTime: times,
            runTime: times,
            slowestTasks: [
                .init(
                    name: "a name\nof two lines that is much longer than any line of the table has room for, "
                        + "however it is looked at", runTime: .seconds(5_990), argumentSize: .max, worker: 511)
            ],
            crashes: (0..<40).map { .init(cause: "SIGNAL\($0)", count: 40 - $0) },
            workers: Array(repeating: worker, count: 512), memory: .init(used: .max, limit: .max))
    }

    @Test
    func description_ofTheLongestNumbers_fitsInto100Columns() {
        let lines = Self.longest.description.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines { #expect(line.count <= 100, "\(line)") }
        #expect(lines.contains { $0.hasPrefix("and 480 more") })
        #expect(lines.contains { $0.hasPrefix("a name of two lines") && $0.contains("…") })
    }

    @Test
    func description_ofAPoolThatKeepsNothing_saysOnlyWhatIsKnown() {
        let text = PoolStatistics(maxWorkers: 1).description
        #expect(text.hasPrefix("1 worker, 0 s\n"))
        #expect(!text.contains("crashes") && !text.contains("slowest") && !text.contains("run time"))
    }

    @Test
    func statistics_encodedAsJSON_comeBackEqualAndHaveTheirTimesInSeconds() throws {
        var statistics = Self.longest
        statistics.age = .milliseconds(1_500)
        statistics.runTime = .init(
            count: 3, total: .nanoseconds(123_456_789), p50: .nanoseconds(1), p90: .microseconds(7),
            p99: .milliseconds(30), longest: .seconds(40))
        statistics.queueTime = nil
        statistics.workers = [
            Worker(index: 0, state: .running, currentTask: .init(name: "parse", runTime: .milliseconds(250)))
        ]
        let json = try JSONEncoder().encode(statistics)
        #expect(try JSONDecoder().decode(PoolStatistics.self, from: json) == statistics)
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(object["age"] as? Double == 1.5)
        #expect(object["queueTime"] == nil)
        #expect((object["runTime"] as? [String: Any])?["p99"] as? Double == 0.03)
    }

    @Test(arguments: ["1e300", "-1e300"])
    func times_thatNoDurationHolds_areAnErrorOfTheDecoder(seconds: String) {
        let json = #"{"name": "a", "runTime": \#(seconds)}"#
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Worker.CurrentTask.self, from: Data(json.utf8))
        }
    }

    @Test
    func utilization_ofSeveralWorkers_isTheirBusyPart() {
        var statistics = PoolStatistics(maxWorkers: 2)
        #expect(statistics.utilization == nil)
        statistics.workers = [
            Worker(index: 0, times: .init(waiting: .seconds(1), decoding: .seconds(1), running: .seconds(2))),
            Worker(index: 1, times: .init(starting: .seconds(9), initializing: .seconds(9), waiting: .seconds(2))),
            Worker(index: 2),
        ]
        #expect(statistics.utilization == 0.5)
    }

    @Test(arguments: [Int.min, -1, 0, .max])
    func statisticsTakeAnyNumber(_ number: Int) throws {
        let duration = Duration(secondsComponent: Int64(number), attosecondsComponent: 0)
        let times = PoolStatistics.Times(
            count: number, total: duration, p50: duration, p90: duration, p99: duration, longest: duration)
        let worker = Worker(
            index: number, pid: .max, currentTask: .init(name: "a", runTime: duration), tasksDone: number,
            tasksFailed: number, tasksCrashed: number,
            replacements: .init(crashed: number, ended: number, memory: number, retired: number), bytesIn: number,
            bytesOut: number,
            times: .init(
                starting: duration, initializing: duration, waiting: duration, decoding: duration, running: duration,
                encoding: duration))
        let statistics = PoolStatistics(
            maxWorkers: number, age: duration,
            tasks: .init(
                submitted: number, queued: number, running: number, succeeded: number, failed: number,
                cancelled: number, retried: number), queueTime: times, runTime: times,
            slowestTasks: [.init(name: "a", runTime: duration, argumentSize: number, worker: number)],
            crashes: [.init(cause: "a", count: number)], workers: Array(repeating: worker, count: 40),
            memory: .init(used: number, limit: number))
        for line in statistics.description.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        #expect(statistics.utilization.map { (0...1).contains($0) } ?? true)
        #expect(times.mean == (number > 0 ? duration / number : .zero))
        _ = (statistics.tasks.isBalanced, worker.replacements?.total, worker.times?.busy)
        _ = try JSONEncoder().encode(statistics)
    }

    @Test
    func durations_inFewCharacters_haveThreeDigits() {
        let texts: [(Duration, String)] = [
            (.zero, "0 s"), (.nanoseconds(7), "7.00 ns"), (.nanoseconds(999), "999 ns"), (.microseconds(1), "1.00 µs"),
            (.nanoseconds(999_600), "1.00 ms"), (.milliseconds(12), "12.0 ms"), (.seconds(1), "1.00 s"),
            (.milliseconds(99_960), "1.67 min"), (.seconds(5_996), "99.9 min"), (.seconds(6_000), "1.67 h"),
            (.seconds(-1), "0 s"),
        ]
        for (duration, text) in texts { #expect(duration.brief == text) }
    }
}
