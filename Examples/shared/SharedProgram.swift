import Multitasking

/// What one task finds in its part of the samples.
struct Extremes: Codable {
    var lowest: Float
    var highest: Float
    var sum: Double
}

func survey(_ part: Range<Int>, _ samples: SharedArray<Float>) -> Extremes {
    samples.withSpan { samples in
        part.reduce(into: Extremes(lowest: .infinity, highest: -.infinity, sum: 0)) { found, index in
            found.lowest = min(found.lowest, samples[index])
            found.highest = max(found.highest, samples[index])
            found.sum += Double(samples[index])
        }
    }
}

/// Makes a result that is as large as its input, and is not copied either.
func scale(_ context: TaskContext, _ samples: SharedArray<Float>, _ factor: Float) throws -> SharedArray<Float> {
    try context.makeSharedArray(of: Float.self, count: samples.count) { scaled in
        samples.withSpan { samples in
            for index in samples.indices { scaled[index] = samples[index] * factor }
        }
    }
}

/// Has sixteen tasks read one large array, which exists once: `shared 2048` takes 2 GiB of memory, not 32.
@main struct SharedProgram {
    static func main() throws {
        let megabytes = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2048
        let count = megabytes << 20 / MemoryLayout<Float>.stride
        try withProcessPoolExecutor(maxWorkers: 4) { manager in
            let samples = try manager.share((0..<count).map { Float($0 % 1000) })
            print("shared \(megabytes) MiB with 16 tasks")
            let session = try manager.session()
            for task in 0..<16 {
                let part = count / 16 * task..<count / 16 * (task + 1)
                try session.submit("part-\(task)", survey, part, samples)
            }
            var sum = 0.0
            for (_, result) in try session.results() {
                let found: Extremes = try result.get()
                sum += found.sum
            }
            print("the mean is \(sum / Double(count / 16 * 16))")
            session.destroy()

            let again = try manager.session().submit("scale", scale, manager.share(Array(samples.prefix(1 << 20))), 0.5)
            for (_, result) in try again.results() {
                let scaled: SharedArray<Float> = try result.get()
                print("the last of the scaled samples is \(scaled.last ?? 0)")
            }
        }
    }
}
