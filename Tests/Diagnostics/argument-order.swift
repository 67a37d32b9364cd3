// error: 'submit(_:_:scopes:options:_:)' is unavailable: pass the function, then an argument for each of its
//     parameters, in their order and without labels; arguments and result must be Codable & Sendable
import Multitasking
func repeated(_ s: String, _ n: Int) -> String { String(repeating: s, count: n) }
try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.session().submit("a", repeated, 3, "x")
}
