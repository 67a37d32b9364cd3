// error: 'result(timeout:)' has been renamed to 'value(timeout:)'
import Multitasking

func double(_ number: Int) -> Int { number * 2 }

let pool = try ProcessPool(maxWorkers: 1)
print(try pool.submit(double, 1).result())
