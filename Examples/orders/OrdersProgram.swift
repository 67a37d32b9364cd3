import Multitasking

/// Hands orders, typed in by their number, to five worker processes and prints what they have finished.
@main struct OrdersProgram {
    static let help = "Enter a number of new orders, r to receive what is finished, or q to quit"

    static func main() throws {
        let total = try withProcessPoolExecutor(maxWorkers: 5) { manager in
            let session = try manager.session()
            for worker in 1...5 {
                try session.submit("worker-\(worker)", processOrders, scopes: .session, worker, worker * 2)
            }
            var desk = OrderDesk(context: try session.context)
            say(help)
            while let line = readLine(), try desk.obey(line) {}
            try session.cancelAll()
            var total = 0
            for (name, result) in try session.results() {
                guard !result.isCancelled else { continue }
                if let error = result.error {
                    say("\(name): failed with \(error)")
                } else {
                    total += try result.get()
                }
            }
            try desk.printFinished()
            session.destroy()
            return total
        }
        say("All workers have stopped; they processed \(total) orders")
    }
}
