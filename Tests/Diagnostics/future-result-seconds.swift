// error: 'result(timeout:)' is unavailable: write value(timeout: .seconds(…))
import Multitasking

func double(_ number: Int) -> Int { number * 2 }

let pool = try ProcessPool(maxWorkers: 1)
let future = try pool.submit(double, 1)
print(try future.result(timeout: 1))
