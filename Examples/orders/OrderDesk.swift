import Multitasking

/// The parent's side: takes commands, writes orders and prints results.
struct OrderDesk {
    private let context: CombinedContext
    private var nextOrder = 1
    /// Orders that were written and whose results were not read yet.
    private var outstanding = 0

    init(context: CombinedContext) { self.context = context }

    /// Does what a line asks for; false if it asks to quit.
    mutating func obey(_ line: String) throws -> Bool {
        switch line.lowercased() {
        case "q": return false
        case "r": try receive()
        default:
            if let count = Int(line), (1...10_000).contains(count) {
                try order(count)
            } else {
                say("I do not understand \"\(line)\". \(OrdersProgram.help); at most 10000 orders at once")
            }
        }
        return true
    }

    private mutating func order(_ count: Int) throws {
        for order in nextOrder..<nextOrder + count { try context.writeInput(order, wait: .forever) }
        say("Added orders \(nextOrder) to \(nextOrder + count - 1)")
        nextOrder += count
        outstanding += count
    }

    /// Waits up to a second for orders that are under way and prints those that are finished.
    private mutating func receive() throws {
        say("Waiting for processed orders...")
        let deadline = ContinuousClock.now + .seconds(1)
        var finished: [ProcessedOrder] = []
        while finished.count < outstanding {
            let left = deadline - .now
            guard let next: ProcessedOrder = try context.readOutput(wait: .upTo(left)) else { break }
            finished.append(next)
        }
        show(finished)
    }

    /// Prints what is finished and was not printed yet, without waiting.
    mutating func printFinished() throws {
        guard outstanding > 0 else { return }
        show(try context.readOutputUntilEmpty())
        if outstanding > 0 { say("\(outstanding) orders were left unprocessed") }
    }

    private mutating func show(_ finished: [ProcessedOrder]) {
        outstanding -= finished.count
        if finished.isEmpty { say("No processed orders yet") } else { say("Received \(finished.count) orders") }
        for processed in finished.sorted(by: { $0.order < $1.order }) {
            say("  order \(processed.order): \(processed.result), by worker \(processed.worker)")
        }
    }
}
