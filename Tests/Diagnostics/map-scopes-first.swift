// error: 'map(_:scopes:options:_:_:)' is unavailable: pass scopes: and options: directly after the function, before
//     the sequences
import Multitasking

func one(_ number: Int) -> Int { number }

try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.map("a", scopes: .session, one, 1...3)
}
