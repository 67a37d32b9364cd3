import Glibc
import MultitaskingCore
import MultitaskingProcesses

private func double(_ number: Int) -> Int { number * 2 }

/// What a library does with a pool that a host has loaded late; prints the result, or why there is none.
///
/// - Parameter method: 1 to spawn the pool, 0 to fork it.
@c(plugin_run)
public func pluginRun(_ method: Int32) {
    let text: String
    do {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method == 1 ? .spawn : .fork, arenaLimit: 64 << 20)
        text = "the pool says \(try pool.submit(double, 21).value(timeout: .seconds(20)))"
        pool.shutdown(.drain)
    } catch { text = "\(error)" }
    print(text)
    fflush(nil)
}
