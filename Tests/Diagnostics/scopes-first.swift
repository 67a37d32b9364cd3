// error: 'submit(_:scopes:options:_:_:)' is unavailable: pass scopes: and options: directly after the function,
//     before its arguments
import Multitasking
func one(_ n: Int) -> Int { n }
try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.session().submit("a", scopes: .session, one, 1)
}
