import Benchmark
import Multitasking
import MultitaskingProcesses
import MultitaskingSerialization
import MultitaskingThreads

// Instructions are counted in this process only: what a client does for a task, and what coding a value takes. They hardly
// change from run to run, so that a slow-down of a few percent is a diff of a threshold; times are for reading.

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
        thresholds: [.instructions: .init(relative: [.p50: 5.0])])

    let orders = [Order](repeating: Order(), count: 1000)
    let doubles = [Double](repeating: 1, count: 100_000)

    Benchmark("codec: encode 1,000 structs") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try encodePayload(orders)) }
    }
    Benchmark("codec: decode 1,000 structs") { benchmark in
        let bytes = try encodePayload(orders)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { blackHole(try decodePayload([Order].self, from: bytes)) }
    }
    Benchmark("codec: encode 100,000 doubles") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try encodePayload(doubles)) }
    }
    Benchmark("codec: encode one number", configuration: .init(scalingFactor: .kilo)) { benchmark in
        let writer = PayloadWriter()
        for number in benchmark.scaledIterations {
            writer.reset()
            try writer.encode(number)
        }
    }
    Benchmark("threads: 1,000 tasks") { benchmark in
        let pool = try ThreadPool(maxWorkers: 1)
        benchmark.startMeasurement()
        let futures = try (0..<1000).map { _ in try pool.submit(nothing) }
        for future in futures { try future.value() }
        benchmark.stopMeasurement()
        pool.shutdown(.drain)
    }
    Benchmark("threads: 1,000 messages through a channel") { benchmark in
        let pool = try ThreadPool(maxWorkers: 1)
        let channel = try pool.makeChannel()
        benchmark.startMeasurement()
        for number in 0..<1000 { _ = try channel.send(number, wait: .forever) }
        for _ in 0..<1000 { blackHole(try channel.receive(as: Int.self, wait: .forever)) }
        benchmark.stopMeasurement()
        pool.shutdown(.drain)
    }
    Benchmark("processes: submit 1,000 tasks") { benchmark in
        let pool = try ProcessPool(maxWorkers: 1)
        try pool.submit(nothing).value()
        benchmark.startMeasurement()
        let futures = try (0..<1000).map { _ in try pool.submit(nothing) }
        benchmark.stopMeasurement()
        for future in futures { try future.value() }
        pool.shutdown(.drain)
    }
    Benchmark("processes: 1,000 messages through a channel") { benchmark in
        let pool = try ProcessPool(maxWorkers: 1)
        let channel = try pool.makeChannel()
        benchmark.startMeasurement()
        for number in 0..<1000 { _ = try channel.send(number, wait: .forever) }
        for _ in 0..<1000 { blackHole(try channel.receive(as: Int.self, wait: .forever)) }
        benchmark.stopMeasurement()
        pool.shutdown(.drain)
    }
}
