import Multitasking

/// The first stage: makes lines, as fast as the next stage takes them.
func write(_ count: Int, _ lines: ChannelSender) throws {
    for number in 1...max(1, count) {
        _ = try lines.send(number % 100 == 0 ? "what?" : String(number), wait: .forever)
    }
}

/// The second stage: makes numbers of lines, and complains about the others.
func parse(_ lines: Inlet, _ numbers: ChannelSender, _ complaints: ChannelSender) throws {
    for line in lines.channel.elements(as: String.self) {
        if let number = Int(line) {
            _ = try numbers.send(number, wait: .forever)
        } else {
            _ = try complaints.send("\"\(line)\" is no number", wait: .forever)
        }
    }
}

/// The third stage, of two tasks: keeps the primes.
func keepPrimes(_ numbers: Inlet, _ primes: ChannelSender) throws {
    for number in numbers.channel.elements(as: Int.self) where number > 1 {
        if !(2..<max(2, Int(Double(number).squareRoot()) + 1)).contains(where: { number % $0 == 0 }) {
            _ = try primes.send(number, wait: .forever)
        }
    }
}

/// Three stages of worker processes, joined by channels of eight elements: a stage that is ahead waits for the next.
/// Each channel closes when the last task that sends to it has ended; the parent selects from the two that are left.
@main struct PipelineProgram {
    static func main() throws {
        let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
        let pool = try ProcessPool(maxWorkers: 4)
        defer { pool.shutdown(.drain) }
        let stage = ChannelOptions(capacity: 8, closesWithSenders: true)
        let lines = try pool.makeChannel(stage)
        let numbers = try pool.makeChannel(stage)
        let primes = try pool.makeChannel(stage)
        let complaints = try pool.makeChannel(stage)

        var tasks = [
            try pool.submit(write, count, lines.makeSender()),
            try pool.submit(parse, Inlet(lines), numbers.makeSender(), complaints.makeSender()),
        ]
        for _ in 0..<2 { tasks.append(try pool.submit(keepPrimes, Inlet(numbers), primes.makeSender())) }

        var (found, complained) = (0, 0)
        var open: [any Channel] = [primes, complaints]
        while !open.isEmpty, let index = try select(open, wait: .upTo(.seconds(30))) {
            let channel = open[index]
            // A channel that is closed is ready as well. What is closed before it is read gets nothing more.
            let isClosed = channel.status.isClosed
            let received: Int
            if channel.reference == primes.reference {
                received = try channel.receive(upTo: 64, as: Int.self, wait: .never).count
                found += received
            } else {
                received = try channel.receive(upTo: 64, as: String.self, wait: .never).count
                complained += received
            }
            if isClosed, received == 0 { open.remove(at: index) }
        }
        for task in tasks { try task.value() }
        print("\(found) primes below \(count + 1), and \(complained) complaints")
    }
}
