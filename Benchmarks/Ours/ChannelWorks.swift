import Glibc
import Multitasking
import Reporting

/// A channel as an argument of a task.
struct Queue: Codable, Sendable {
    let channel: any Channel

    init(_ channel: any Channel) { self.channel = channel }

    init(from decoder: any Decoder) throws {
        guard let environment = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment else {
            throw MultitaskingError(.noSuchObject, "a channel can be decoded in a worker only")
        }
        channel = try environment.channel(decoder.singleValueContainer().decode(SharedObjectID.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(channel.reference)
    }
}

@Sendable func send(_ queue: Queue, _ count: Int, _ size: Int) throws {
    let message = [UInt8](repeating: 7, count: size)
    for _ in 0..<count { _ = try queue.channel.send(message, wait: .forever) }
}

@Sendable func receive(_ queue: Queue, _ count: Int) throws {
    for _ in 0..<count { _ = try queue.channel.receive(as: [UInt8].self, wait: .forever) }
}

@Sendable func reply(_ ping: Queue, _ pong: Queue) throws {
    while let number = try ping.channel.receive(as: Int.self, wait: .forever) {
        _ = try pong.channel.send(number, wait: .forever)
    }
}

/// W5: messages of 64 bytes and 1 MiB from worker to parent, 64 bytes from two workers to two others, and ping-pong.
func queues() throws {
    try withPool(4) { pool in
        let queue = Queue(try pool.makeChannel(capacity: 4096))
        let count = 500_000
        let one = try microseconds {
            let sender = try pool.submit(send, queue, count, 64)
            try receive(queue, count)
            try sender.value()
        }
        report("w5.one", Double(count) / one * 1e6, "/s")

        let two = try microseconds {
            let tasks = try (0..<2).flatMap { _ in
                [try pool.submit(send, queue, count / 2, 64), try pool.submit(receive, queue, count / 2)]
            }
            for task in tasks { try task.value() }
        }
        report("w5.two", Double(count) / two * 1e6, "/s")

        let large = 200
        let slots = Queue(try pool.makeChannel(capacity: 8))
        let time = try microseconds {
            let sender = try pool.submit(send, slots, large, 1 << 20)
            try receive(slots, large)
            try sender.value()
        }
        report("w5.large", Double(large << 20) / time, "MB/s")
    }
    try withPool(1) { pool in
        let (ping, pong) = (Queue(try pool.makeChannel(capacity: 16)), Queue(try pool.makeChannel(capacity: 16)))
        let replying = try pool.submit(reply, ping, pong)
        let time = try median(of: 10_000, warmUp: 2000) {
            try microseconds {
                _ = try ping.channel.send(1, wait: .forever)
                _ = try pong.channel.receive(as: Int.self, wait: .forever)
            }
        }
        report("w5.pingpong", time, "us")
        _ = ping.channel.close(discarding: false)
        try replying.value()
    }
}

/// A message of 64 bytes, as a program has it that counts its bytes.
typealias Message = SIMD8<UInt64>

@Sendable func sendBatches(_ queue: Queue, _ count: Int, _ size: Int) throws {
    let batch = [Message](repeating: Message(repeating: 7), count: size)
    for _ in 0..<count / size { _ = try queue.channel.send(contentsOf: batch, wait: .forever) }
}

@Sendable func sendArrays(_ queue: Queue, _ count: Int, _ size: Int) throws {
    let batch = [[UInt8]](repeating: [UInt8](repeating: 7, count: 64), count: size)
    for _ in 0..<count / size { _ = try queue.channel.send(contentsOf: batch, wait: .forever) }
}

@Sendable func receiveBatches(_ queue: Queue, _ count: Int, _ size: Int) throws {
    var left = count
    while left > 0 { left -= try queue.channel.receive(upTo: min(left, size), as: Message.self, wait: .forever).count }
}

func receiveArrays(_ queue: Queue, _ count: Int, _ size: Int) throws {
    var left = count
    while left > 0 { left -= try queue.channel.receive(upTo: min(left, size), as: [UInt8].self, wait: .forever).count }
}

/// W16: messages of 64 bytes in batches of 256 from worker to parent, as values and as arrays, and from two workers to
/// two others.
func batches() throws {
    try withPool(4) { pool in
        let queue = Queue(try pool.makeChannel(capacity: 4096))
        let (count, size) = (256 * 8000, 256)
        for _ in 0..<2 {
            let one = try microseconds {
                let sender = try pool.submit(sendBatches, queue, count, size)
                try receiveBatches(queue, count, size)
                try sender.value()
            }
            report("w16.one", Double(count) / one * 1e6, "/s")
        }
        let arrays = try microseconds {
            let sender = try pool.submit(sendArrays, queue, count, size)
            try receiveArrays(queue, count, size)
            try sender.value()
        }
        report("w16.arrays", Double(count) / arrays * 1e6, "/s")
        let two = try microseconds {
            let tasks = try (0..<2).flatMap { _ in
                [
                    try pool.submit(sendBatches, queue, count / 2, size),
                    try pool.submit(receiveBatches, queue, count / 2, size),
                ]
            }
            for task in tasks { try task.value() }
        }
        report("w16.two", Double(count) / two * 1e6, "/s")
    }
}

@Sendable func answer(_ ping: Queue, _ pong: Queue) throws {
    while let number = try ping.channel.receive(as: Int.self, wait: .forever) {
        _ = try pong.channel.send(number, wait: .forever)
    }
}

/// W15: a question to a worker and its answer, for which the parent waits by select over four channels and a signal.
func selecting() throws {
    try withPool(1) { pool in
        let (ping, pong) = (Queue(try pool.makeChannel(capacity: 16)), Queue(try pool.makeChannel(capacity: 16)))
        let others = try (0..<3).map { _ in try pool.makeChannel(capacity: 16) }
        let signal = try pool.makeCancelSignal()
        let answering = try pool.submit(answer, ping, pong)
        let time = try median(of: 10_000, warmUp: 2000) {
            try microseconds {
                _ = try ping.channel.send(1, wait: .forever)
                _ = try select(others[0], others[1], pong.channel, others[2], signal, wait: .forever)
                _ = try pong.channel.receive(as: Int.self, wait: .never)
            }
        }
        report("w15.pingpong", time, "us")
        let ready = try median(of: 10_000, warmUp: 2000) {
            try microseconds { _ = try select(others[0], pong.channel.sending, signal, wait: .never) }
        }
        report("w15.ready", ready * 1e3, "ns")
        _ = ping.channel.close(discarding: false)
        try answering.value()
    }
}

@Sendable func check(_ context: TaskContext, _ count: Int) -> Double {
    microseconds { for _ in 0..<count where context.isCancelled { return } } * 1e3 / Double(count)
}

@Sendable func watch(_ context: TaskContext) throws -> Double {
    _ = try context.writeOutput(true)
    while !context.isCancelled {}
    return microseconds()
}

/// W6: what it costs a task to look at its cancel event, and how long it takes to see it set.
func cancelEvent() throws {
    try withProcessPoolExecutor(maxWorkers: 1) { manager in
        let session = try manager.session().submit("check", check, scopes: .perTask, 50_000_000)
        report("w6.check", try session.results()["check"]!.get(as: Double.self), "ns")
    }
    try withProcessPoolExecutor(maxWorkers: 1) { manager in
        let seen = try median(of: 30) {
            let session = try manager.session().submit("watch", watch, scopes: .session)
            _ = try session.context.readOutput(as: Bool.self, wait: .forever)
            usleep(200)
            let start = microseconds()
            try session.context.setCancelEvent()
            let end = try session.results()["watch"]!.get(as: Double.self)
            session.destroy()
            return end - start
        }
        report("w6.seen", seen, "us")
    }
}

/// How the time of one message grows with the number of messages in the queue.
func growQueue() throws {
    try withPool(1) { pool in
        for count in [100, 1_000, 10_000, 100_000, 1_000_000] {
            let queue = Queue(try pool.makeChannel())
            let filling = try microseconds { try send(queue, count, 64) }
            let emptying = try microseconds { try receive(queue, count) }
            report("grow.queue.\(count)", (filling + emptying) / Double(count), "us")
        }
    }
}
