// error: extra argument 'count' in call
import Multitasking
func repeated(_ s: String, count n: Int) -> String { String(repeating: s, count: n) }
try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.session().submit("a", repeated, "x", count: 3)
}
