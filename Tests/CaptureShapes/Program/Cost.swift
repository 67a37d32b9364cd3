import MultitaskingCaptures
import MultitaskingCore
import MultitaskingSerialization

/// What it takes to send a closure that captures a number and 1,000 numbers, beside what these take as arguments.
enum Cost {
    static func report() throws -> Int32 {
        let number = CommandLine.arguments.count
        let numbers = Array(0..<1000)
        let closure = make(number, numbers)
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { bytes.deallocate() }
        let writer = PayloadWriter()
        let captured = try nanoseconds {
            writer.reset()
            _ = try ClosureTrace.write(closure, into: writer)
            try writer.copy(into: bytes)
        }
        guard let shape = try ClosureTrace.write(closure, into: PayloadWriter())?.shape() else { return 1 }
        let receiver = try ClosureReceiver(shape)
        let reader = PayloadReader(UnsafeRawBufferPointer(bytes))
        let received = try nanoseconds {
            reader.reset(UnsafeRawBufferPointer(bytes))
            _ = try receiver.function(as: S1.self, from: reader)
        }
        let passed = try nanoseconds {
            writer.reset()
            try writer.encode(number)
            try writer.encode(numbers)
            try writer.copy(into: bytes)
        }
        let read = try nanoseconds {
            reader.reset(UnsafeRawBufferPointer(bytes))
            _ = try reader.decode(Int.self)
            _ = try reader.decode([Int].self)
        }
        print("captured: written in \(captured) ns, read in \(received) ns; as arguments: \(passed) ns, \(read) ns")
        return captured + received <= 2 * (passed + read) ? 0 : 1
    }

    @inline(never)
    private static func make(_ number: Int, _ numbers: [Int]) -> S1 { S1 { "\(numbers[number] &+ $0)" } }

    /// The least of several rounds, since this machine may have other things to do.
    private static func nanoseconds(_ body: () throws -> Void) throws -> Int {
        var least = Int.max
        for _ in 0..<20 {
            let time = try ContinuousClock().measure { for _ in 0..<2000 { try body() } }
            least = min(least, Int(time.components.attoseconds / 1_000_000_000 / 2000))
        }
        return least
    }
}
