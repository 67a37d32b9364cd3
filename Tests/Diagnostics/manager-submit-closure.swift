// error: 'submit(_:body:)' is unavailable: write executor.submit(arguments…) { … } for a Future, or
//     session().submit("name", arguments…) { … }
import Multitasking
try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.submit(1) { $0 * 2 }
}
