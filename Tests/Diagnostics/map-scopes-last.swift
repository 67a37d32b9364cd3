// error: 'map(_:_:_:scopes:options:)' is unavailable: pass scopes: and options: directly after the function, before
//     the sequences
import Multitasking

func one(_ number: Int) -> Int { number }

try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.map("a", one, 1...3, scopes: .session)
}
