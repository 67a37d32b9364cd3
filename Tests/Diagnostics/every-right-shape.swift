// none
import Multitasking

@discardableResult func thing() -> Int { 3 }
func double(_ number: Int) -> Int { number * 2 }
func repeated(_ s: String, count n: Int) -> String { String(repeating: s, count: n) }
func connect(_ address: String) {}

func submit(_ session: TaskSession) throws {
    try session.submit("a", double, 3)
        .submit("b", double, scopes: .session, options: .default, 3)
        .submit("c", 3) { $0 * 2 }
        .submit("d") {}
        .submit("e", 1) { (number: Int) in _ = number }
        .submit("f", 1) { number in
            print(number)
            print(number)
        }
        .submit("g", 1) { _ in thing() }
        .submit("h", 1) { (_: Int) async throws in await Task.yield() }
        .submit("i", max, 1, 3)
        .submit("j", 1) { (context: TaskContext, number: Int) in context.isCancelled ? 0 : number }
        .submit("k", "x", 3) { repeated($0, count: $1) }
    let offset = Int.random(in: 0..<3)
    @Sendable func local(_ number: Int) -> Int { number + offset }
    try session.submit("l", local, 1)
}

func run() throws {
    try withProcessPoolExecutor(maxWorkers: 1, initializer: connect, "db") { manager in try submit(manager.session()) }
}
