import MultitaskingCore
import Synchronization

/// The last crashes that the client has heard of.
final class CrashLog: Sendable {
    static let limit = 16

    private let crashes = Mutex<[RecentCrash]>([])

    var recent: [RecentCrash] { crashes.withLock { $0 } }

    /// Notes the error of a task whose worker died, and returns it.
    func note(_ error: MultitaskingError, of task: @autoclosure () -> String) -> MultitaskingError {
        guard let failure = error.cause as? WorkerFailure else { return error }
        let crash = RecentCrash(task: task(), message: error.message, failure: failure)
        crashes.withLock { crashes in
            crashes.append(crash)
            crashes.removeFirst(max(0, crashes.count - Self.limit))
        }
        return error
    }
}
