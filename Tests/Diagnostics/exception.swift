// error: 'exception' is unavailable: write error
import Multitasking

try withProcessPoolExecutor(maxWorkers: 1) { manager in
    for (_, result) in try manager.session().results() { print(result.exception) }
}
