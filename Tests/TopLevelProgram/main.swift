import MultitaskingCore
import MultitaskingProcesses

// A program with top-level variables of all kinds, which starts a spawned pool. What the pool says of them is tested.

struct Own {
    static let shared = Int("1")
    var text = "own"
}

let limit = CommandLine.arguments.count + 5
var counter = limit
let text = "text of \(limit)"
let own = Own()
let instant = ContinuousClock.now
let options = TaskOptions(timeout: .seconds(limit))
let numbers = [limit]
let (left, right) = (limit, limit + 1)
private let hidden = WaitLimit.upTo(.seconds(limit))
for inLoop in 0..<1 { counter += inLoop }

let pool = try ProcessPool(maxWorkers: 1, startMethod: .spawn, arenaLimit: 16 << 20)
pool.shutdown()
print(
    counter, text, own.text, instant, options.timeout as Any, numbers, left, right, hidden, elsewhere, Own.shared ?? 0,
    elsewhereLater ?? 0, elsewhereZero, elsewhereOptions())
