import Glibc
import MultitaskingTestSupport

extension Proc {
    /// The variable by which all processes of a round are known; they inherit it.
    static let tagVariable = "CHAOS_TAG"

    /// Whether a process belongs to the round with this tag; none without a tag does.
    static func carries(_ tag: String, _ pid: pid_t) -> Bool { !tag.isEmpty && carries(tagVariable, tag + "\0", pid) }

    /// For how long the threads of a process have waited for a core; see `proc(5)`, `schedstat`.
    static func delay(of pid: pid_t) -> Duration {
        let delays = entries("/proc/\(pid)/task").map { thread in
            read("/proc/\(pid)/task/\(thread)/schedstat").split(separator: " ").dropFirst().first.flatMap { Int64($0) }
                ?? 0
        }
        return .nanoseconds(delays.reduce(0, +))
    }

    /// The processes that carry the tag, and run.
    static func family(_ tag: String) -> [pid_t] { processes.filter { carries(tag, $0) && isAlive($0) } }
}

/// The value of an environment variable; empty if it is not set.
func environment(_ name: String) -> String { unsafe getenv(name).map { unsafe String(cString: $0) } ?? "" }

/// Waits until `condition` holds; false if it does not within the limit.
func eventually(within limit: Duration, _ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + limit
    while !condition() {
        if ContinuousClock.now > deadline { return false }
        usleep(2000)
    }
    return true
}
