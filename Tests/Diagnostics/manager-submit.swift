// error: 'submit' is unavailable: write executor.submit(function, arguments…) for a Future, or
//     session().submit("name", function, arguments…)
import Multitasking
func double(_ number: Int) -> Int { number * 2 }
try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.submit("a", double, 1)
}
