// error: 'map(_:_:scopes:options:_:)' is unavailable: pass the function, then a sequence for each of its
//     parameters, in their order; elements and result must be Codable & Sendable
import Multitasking

func one(_ number: Int) -> Int { number }

try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.map("a", one, 3)
}
