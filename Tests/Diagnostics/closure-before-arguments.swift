// none
import Multitasking
try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.session().submit("a", { $0 * 2 }, 21)
}
