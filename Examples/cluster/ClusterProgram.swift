import Multitasking
import MultitaskingRay

#if canImport(Glibc)
    import Glibc
#endif

/// Finds primes and processes orders on a Ray cluster: the programs of `primes` and `orders` with one word changed.
///
///     cluster HOST:PORT [LIMIT]      MULTITASKING_PYTHON says which Python has Ray
@main struct ClusterProgram {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let address = arguments.first, let limit = arguments.count < 2 ? 5_000_000 : Int(arguments.last ?? "")
        else {
            print("usage: cluster HOST:PORT [LIMIT]")
            exit(2)
        }
        var options = RayOptions(placement: .spread)
        if let python = unsafe getenv("MULTITASKING_PYTHON") { options.python = unsafe String(cString: python) }
        try withRayExecutor(address: address, maxWorkers: 4, options: options) { manager in
            try gather(manager)
            try findPrimes(below: limit, manager)
            try processOrders(40, manager)
        }
    }

    /// Waits until all workers are there: it takes seconds until a node that has not met the program yet can run it,
    /// and until then the others do all there is to do.
    static func gather(_ manager: TaskManager) throws {
        let session = try manager.session()
        for worker in 1...4 { try session.submit("worker-\(worker)", arrive, scopes: .session, worker) }
        let context = try session.context
        var nodes: Set<String> = []
        for _ in 1...4 { nodes.insert(try context.readOutput(as: String.self, wait: .upTo(.seconds(60))) ?? "none") }
        try session.cancelAll()
        print("4 workers are there, on \(nodes.count) nodes")
        session.destroy()
    }

    static func findPrimes(below limit: Int, _ manager: TaskManager) throws {
        let bounds = (0...8).map { 1 + (limit - 1) * $0 / 8 }
        let ranges = zip(bounds, bounds.dropFirst()).map { $0..<$1 }
        let session = try manager.map("primes-", countPrimes, ranges)
        try session.waitForAll()
        var total = 0
        for (name, result) in try session.results() {
            let found: Found = try result.get()
            print("\(name): \(found.count) on \(found.node)")
            total += found.count
        }
        print("There are \(total) primes below \(limit)")
        session.destroy()
    }

    static func processOrders(_ count: Int, _ manager: TaskManager) throws {
        let session = try manager.session()
        for worker in 1...4 { try session.submit("worker-\(worker)", process, scopes: .session, worker) }
        let context = try session.context
        for order in 1...count { try context.writeInput(order, wait: .forever) }
        var sum = 0
        for _ in 1...count { sum += try context.readOutput(as: Int.self, wait: .upTo(.seconds(60))) ?? 0 }
        try session.cancelAll()
        print("\(count) orders were processed, for \(sum) together")
        session.destroy()
    }
}

/// What one task has found, and where it ran.
struct Found: Codable, Sendable {
    var count: Int
    var node: String
}

func countPrimes(_ range: Range<Int>) -> Found {
    Found(count: range.count(where: isPrime), node: hostAddress())
}

func isPrime(_ number: Int) -> Bool {
    guard number > 3 else { return number > 1 }
    guard !number.isMultiple(of: 2) else { return false }
    var divisor = 3
    while divisor * divisor <= number {
        if number.isMultiple(of: divisor) { return false }
        divisor += 2
    }
    return true
}

/// Says where it runs, and stays until the cancel event is set, so that no other task takes its worker.
func arrive(_ context: TaskContext, _ worker: Int) throws {
    _ = try context.writeOutput(hostAddress(), wait: .forever)
    while !context.isCancelled { usleep(10_000) }
}

/// Takes orders until the cancel event is set.
func process(_ context: TaskContext, _ worker: Int) throws {
    while !context.isCancelled {
        guard let order = try context.readInput(as: Int.self, wait: .upTo(.milliseconds(100))) else { continue }
        _ = try context.writeOutput(order * 2, wait: .forever)
    }
}

/// How the workers of a node tell it from others, since both nodes of the demonstration are on one machine.
func hostAddress() -> String {
    unsafe getenv("MULTITASKING_TEST_NODE").map { unsafe "node " + String(cString: $0) } ?? "this node"
}
