import Multitasking
import Reporting

/// A microsecond of work.
@Sendable func spinForAMicrosecond(_ number: Int) -> Int {
    let end = microseconds() + 1
    while microseconds() < end {}
    return number
}

/// W12: a million elements of a microsecond's work: by `map`, and as a stream in the order of input and of completion.
func streams() throws {
    try withPool(2) { pool in
        let count = 1_000_000
        let map = try microseconds {
            let values = try pool.map(spinForAMicrosecond, Array(0..<count)).values()
            guard values.count == count else { throw MultitaskingError(.wrongType, "map lost elements") }
        }
        report("w12.map", Double(count) / map * 1e6, "/s")
        for (name, order) in [("w12.stream", StreamOrder.input), ("w12.completion", .completion)] {
            let time = try microseconds {
                var sum = 0
                for (_, result) in try pool.stream(spinForAMicrosecond, 0..<count, order: order) {
                    sum += try result.get()
                }
                guard sum == count * (count - 1) / 2 else {
                    throw MultitaskingError(.wrongType, "the stream lost elements")
                }
            }
            report(name, Double(count) / time * 1e6, "/s")
        }
    }
}
