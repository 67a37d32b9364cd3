// error: 'makeIterator()' is unavailable: iterate over values() or results(), which wait; stream returns results one
//     by one
import Multitasking

func double(_ number: Int) -> Int { number * 2 }

let pool = try ProcessPool(maxWorkers: 1)
for result in try pool.map(double, 1...3) { print(result) }
