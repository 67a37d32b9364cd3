// error: 'getTask' is unavailable: write task(named:)
import Multitasking

try withProcessPoolExecutor(maxWorkers: 1) { manager in
    _ = try manager.session().getTask("a")
}
