import Multitasking

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds the primes below a limit: one after the other, by five named tasks, and by `map`; in processes and in threads.
@main struct PrimesProgram {
    static func main() throws {
        guard let limit = limitFromArguments() else { exit(2) }
        let separator = String(repeating: "=", count: 80)
        findSequentially(limit)
        print(separator)
        try withProcessPoolExecutor(maxWorkers: 5) { try findInTasks(limit, $0, "processes") }
        print(separator)
        try withProcessPoolExecutor(maxWorkers: 5) { try findByMap(limit, $0, "processes") }
        print(separator)
        try withThreadPoolExecutor(maxWorkers: 5) { try findInTasks(limit, $0, "threads") }
        print(separator)
        try withThreadPoolExecutor(maxWorkers: 5) { try findByMap(limit, $0, "threads") }
    }

    static func findSequentially(_ limit: Int) {
        print("one after the other")
        let start = ContinuousClock.now
        report(findPrimes(1..<limit).count, since: start)
    }

    /// The same for either pool: a `TaskManager` is all it knows.
    static func findInTasks(_ limit: Int, _ manager: TaskManager, _ pool: String) throws {
        print("five named tasks in \(pool)")
        let start = ContinuousClock.now
        let ranges = fifths(of: limit)
        let session = try manager.session()
            .submit("task1", findPrimes, ranges[0])
            .submit("task2", findPrimes, ranges[1])
            .submit("task3", findPrimes, ranges[2])
            .submit("task4", findPrimes, ranges[3])
            .submit("task5", findPrimes, ranges[4])
        try session.waitForAll()
        report(try count(session), since: start)
        session.destroy()
    }

    static func findByMap(_ limit: Int, _ manager: TaskManager, _ pool: String) throws {
        print("map over five ranges in \(pool)")
        let start = ContinuousClock.now
        let session = try manager.map("task-", findPrimes, fifths(of: limit))
        report(try count(session), since: start)
        session.destroy()
    }

    /// Prints what each task found and adds it up.
    static func count(_ session: TaskSession) throws -> Int {
        var found = 0
        for (name, result) in try session.results() {
            if let error = result.error {
                print("\(name): failed with \(error)")
                continue
            }
            let primes: [Int] = try result.get()
            print("\(name): found \(primes.count) primes")
            found += primes.count
        }
        return found
    }

    static func report(_ found: Int, since start: ContinuousClock.Instant) {
        print("Found: \(found) primes in total")
        print("Execution time: \(ContinuousClock.now - start)")
    }

    /// The limit; nil, with an explanation printed, if the arguments make no sense.
    static func limitFromArguments() -> Int? {
        let arguments = CommandLine.arguments.dropFirst()
        guard let argument = arguments.first else { return 5_000_000 }
        if arguments.count == 1, let limit = Int(argument), (2...1_000_000_000).contains(limit) { return limit }
        print("usage: primes [limit]")
        print("Finds the primes below the limit, a whole number from 2 to 1000000000; without one, below 5000000.")
        return nil
    }
}
