// error: converting non-Sendable function value to '@Sendable (Int) throws -> Int' may introduce data races
import Multitasking
func main() throws {
    let k = Int.random(in: 0..<3)
    func local(_ n: Int) -> Int { n + k }
    try withProcessPoolExecutor(maxWorkers: 1) { manager in
        try manager.session().submit("a", local, 1)
    }
}
try main()
