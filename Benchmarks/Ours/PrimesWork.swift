import Glibc
import Multitasking
import MultitaskingProcesses
import Reporting

func isPrime(_ number: Int) -> Bool {
    if number < 4 { return number > 1 }
    if number % 2 == 0 { return false }
    var divisor = 3
    while divisor * divisor <= number {
        if number % divisor == 0 { return false }
        divisor += 2
    }
    return true
}

let chunk = 100_000

@Sendable func findPrimes(_ start: Int) -> [Int] { (start..<start + chunk).filter(isPrime) }

func findPrimes(upTo end: Int, on pool: ProcessPool) throws -> Int {
    let futures = try stride(from: 0, to: end, by: chunk).map { try pool.submit(findPrimes, $0) }
    return try futures.reduce(0) { $0 + (try $1.value().count) }
}

/// W8: primes below 5,000,000 alone, and in fifty tasks on two workers, which spin before they sleep, as the client
/// does, or not.
func primesSpeedUp() throws {
    var found = 0
    let alone = microseconds {
        for start in stride(from: 0, to: 5_000_000, by: chunk) { found += findPrimes(start).count }
    }
    try withPool(2) { pool in
        let two = try microseconds { found += try findPrimes(upTo: 5_000_000, on: pool) }
        report("w8.alone", alone / 1e6, "s")
        report("w8.two", two / 1e6, "s")
        report("w8.speedup", alone / two, "x")
    }
    try withPool(2, limits: WorkerLimits(spinTime: .zero)) { pool in
        let two = try microseconds { found += try findPrimes(upTo: 5_000_000, on: pool) }
        report("w8.nospin", two / 1e6, "s")
    }
    precondition(found == 3 * 348_513)
}
