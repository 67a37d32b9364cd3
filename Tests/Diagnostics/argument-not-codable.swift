// error: 'submit(_:_:scopes:options:_:)' is unavailable: pass the function, then an argument for each of its
//     parameters, in their order and without labels; arguments and result must be Codable & Sendable
import Multitasking
struct Box: Sendable { var n: Int }
func unbox(_ b: Box) -> Int { b.n }
try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.session().submit("a", unbox, Box(n: 1))
}
