import Glibc
import Multitasking
import MultitaskingSerialization
import MultitaskingThreads
import Reporting

// Run under valgrind, which counts the instructions inside of `measured`, on the thread that calls it. What is done
// there waits for nobody, so that each run has the same number. Pools of processes are not here: valgrind 3.19 knows no
// pidfds.

struct Order: Codable {
    var id = 7
    var customer = "customer 7"
    var price = 1.25
    var isPaid = true
}

@Sendable func nothing() {}
@Sendable func sleepForEver() { while true { sleep(100) } }

/// Does something a thousand times.
@inline(never)
func measured(_ body: () throws -> Void) rethrows {
    for _ in 0..<1000 { try body() }
}

/// Does what its first argument says: `counted encode-number`.
@main
enum CountedProgram {
    static func codec<Value: Codable>(_ value: Value, decoding: Bool) throws {
        let bytes = try encodePayload(value)
        try measured {
            if decoding { _ = try decodePayload(Value.self, from: bytes) } else { _ = try encodePayload(value) }
        }
    }

    /// Puts messages into a channel and takes them out again, all in this process.
    static func messages(in pool: ThreadPool) throws {
        let channel = try pool.makeChannel()
        try measured {
            _ = try channel.send(7, wait: .never)
            _ = try channel.receive(as: Int.self, wait: .never)
        }
        // A pool that nobody keeps closes its channels.
        withExtendedLifetime(pool) {}
    }

    /// Submits while the only worker is busy, and cancels, so that it depends on nobody how many run meanwhile.
    static func submit(to pool: ThreadPool) throws {
        let holder = try pool.submit(sleepForEver)
        while !holder.isRunning { usleep(1000) }
        try measured { try pool.submit(nothing).cancel() }
        exit(0)
    }

    static func main() throws {
        let orders = [Order](repeating: Order(), count: 100)
        let doubles = [Double](repeating: 1, count: 1000)
        try runWork([
            "encode-100-structs": { try codec(orders, decoding: false) },
            "decode-100-structs": { try codec(orders, decoding: true) },
            "encode-1000-doubles": { try codec(doubles, decoding: false) },
            "decode-1000-doubles": { try codec(doubles, decoding: true) },
            "encode-number": { try codec(7, decoding: false) },
            "decode-number": { try codec(7, decoding: true) },
            "thread-channel": { try messages(in: ThreadPool(maxWorkers: 1)) },
            // Its only task never ends, and is not to be waited for at the end of the program.
            "thread-submit": { try submit(to: ThreadPool(maxWorkers: 1, atExit: .kill)) },
        ])
    }
}
