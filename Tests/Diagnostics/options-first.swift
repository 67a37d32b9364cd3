// error: 'submit(options:_:_:)' is unavailable: pass options: directly after the function, before its arguments
import Multitasking
func one(_ n: Int) -> Int { n }
let pool = try ProcessPool(maxWorkers: 1)
_ = try pool.submit(options: .default, one, 1)
