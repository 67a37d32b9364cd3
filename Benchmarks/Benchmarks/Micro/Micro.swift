import Benchmark
import Multitasking
import MultitaskingProcesses
import MultitaskingSerialization
import MultitaskingThreads

// Times, and instructions where the machine counts them for programs; many virtual ones do not, which is why
// instructions are counted by valgrind as well (`Counted`).

struct Order: Codable {
    var id = 7
    var customer = "customer 7"
    var price = 1.25
    var isPaid = true
}

@Sendable func nothing() {}

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.instructions, .wallClock], maxDuration: .seconds(1),
        thresholds: [.instructions: .init(relative: [.p90: 5]), .wallClock: .init(relative: [.p90: 50])])

    let orders = [Order](repeating: Order(), count: 1000)
    let doubles = [Double](repeating: 1, count: 100_000)

    Benchmark("codec-encode-1000-structs") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try encodePayload(orders)) }
    }
    Benchmark("codec-decode-1000-structs") { benchmark in
        let bytes = try encodePayload(orders)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { blackHole(try decodePayload([Order].self, from: bytes)) }
    }
    Benchmark("codec-encode-100000-doubles") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try encodePayload(doubles)) }
    }
    Benchmark("codec-encode-one-number", configuration: .init(scalingFactor: .kilo)) { benchmark in
        let writer = PayloadWriter()
        for number in benchmark.scaledIterations {
            writer.reset()
            try writer.encode(number)
        }
    }
    Benchmark("threads-1000-tasks") { benchmark in
        let pool = try ThreadPool(maxWorkers: 1)
        benchmark.startMeasurement()
        let futures = try (0..<1000).map { _ in try pool.submit(nothing) }
        for future in futures { try future.value() }
        benchmark.stopMeasurement()
        pool.shutdown(.drain)
    }
    Benchmark("threads-1000-messages-through-a-channel") { benchmark in
        let pool = try ThreadPool(maxWorkers: 1)
        let channel = try pool.makeChannel()
        benchmark.startMeasurement()
        for number in 0..<1000 { _ = try channel.send(number, wait: .forever) }
        for _ in 0..<1000 { blackHole(try channel.receive(as: Int.self, wait: .forever)) }
        benchmark.stopMeasurement()
        pool.shutdown(.drain)
    }
    Benchmark("processes-submit-1000-tasks") { benchmark in
        let pool = try ProcessPool(maxWorkers: 1)
        try pool.submit(nothing).value()
        benchmark.startMeasurement()
        let futures = try (0..<1000).map { _ in try pool.submit(nothing) }
        benchmark.stopMeasurement()
        for future in futures { try future.value() }
        pool.shutdown(.drain)
    }
    Benchmark("processes-submit-1000-tasks-with-1000-numbers") { benchmark in
        let pool = try ProcessPool(maxWorkers: 1)
        let (index, numbers) = (benchmark.currentIteration % 1000, Array(0..<1000))
        try pool.submit(nothing).value()
        benchmark.startMeasurement()
        let futures = try (0..<1000).map { _ in try pool.submit(index, numbers) { $1[$0] } }
        benchmark.stopMeasurement()
        for future in futures { blackHole(try future.value()) }
        pool.shutdown(.drain)
    }
    Benchmark("processes-submit-1000-tasks-that-capture-1000-numbers") { benchmark in
        let pool = try ProcessPool(maxWorkers: 1)
        let (index, numbers) = (benchmark.currentIteration % 1000, Array(0..<1000))
        try pool.submit(nothing).value()
        benchmark.startMeasurement()
        let futures = try (0..<1000).map { _ in try pool.submit { numbers[index] } }
        benchmark.stopMeasurement()
        for future in futures { blackHole(try future.value()) }
        pool.shutdown(.drain)
    }
    Benchmark("processes-1000-messages-through-a-channel") { benchmark in
        let pool = try ProcessPool(maxWorkers: 1)
        let channel = try pool.makeChannel()
        benchmark.startMeasurement()
        for number in 0..<1000 { _ = try channel.send(number, wait: .forever) }
        for _ in 0..<1000 { blackHole(try channel.receive(as: Int.self, wait: .forever)) }
        benchmark.stopMeasurement()
        pool.shutdown(.drain)
    }
}
