// none
import Multitasking
func double(_ n: Int) -> Int { n * 2 }
func blocking(_ pool: ThreadPool) throws {
    for (offset, result) in try pool.stream(double, 0..<3) { print(offset, try result.get()) }
    let results: ResultSequence = try pool.stream(double, 0..<3)
    for (_, result) in results.showing(.progressBar) { print(try result.get()) }
    print(try Array(pool.stream(double, 0..<3)).count, try pool.stream(double, 0..<3).map { try $0.result.get() })
    let ended: Completions = completions(of: [try pool.submit(double, 1)])
    for future in ended { print(try future.value()) }
    for future in completions(of: [try pool.submit(double, 1)]) { print(try future.value()) }
}
func suspending(_ pool: ThreadPool) async throws {
    let results = pool.stream(double, 0..<3)
    for try await (offset, result) in results { print(offset, try result.get()) }
    for try await (_, result) in pool.stream(double, 0..<3).showing(.progressBar) { print(try result.get()) }
    for try await value in pool.stream(double, 0..<3).map({ try $0.result.get() }) { print(value) }
    let ended = completions(of: [try pool.submit(double, 1)])
    for try await future in ended { print(try await future.value()) }
}
let pool = try ThreadPool(maxWorkers: 1)
try blocking(pool)
try await suspending(pool)
