// error: 'cancelAll(withCancelEventSet:)' is unavailable: write cancelAll(settingCancelEvent:force:)
import Multitasking

try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.session().cancelAll(withCancelEventSet: true)
}
