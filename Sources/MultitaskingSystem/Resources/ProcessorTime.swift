internal import MultitaskingPlatform

/// How much processor time a process has had, and whether it wants more.
package struct ProcessorTime: Sendable {
    /// Of all threads, in nanoseconds; 0 if the system doesn't say (`CONFIG_SCHED_INFO`).
    package let nanoseconds: Int64
    /// Whether a thread runs, or waits for a core.
    package let isWanted: Bool

    package init(nanoseconds: Int64, isWanted: Bool) {
        self.nanoseconds = nanoseconds
        self.isWanted = isWanted
    }

    /// What the system says of a process; nothing of one that doesn't exist.
    package init(of process: Int32, files: SystemFiles = SystemFiles()) {
        var nanoseconds: Int64 = 0
        var isWanted = false
        let threads = "/proc/\(process)/task"
        for thread in files.entries(threads) {
            // Time on a core, time of waiting for one, and how often it got one.
            nanoseconds &+= files.numbers("\(threads)/\(thread)/schedstat").first.map { Int64($0) } ?? 0
            isWanted = isWanted || Int32(thread).map { files.processFields($0).first == "R" } ?? false
        }
        self.init(nanoseconds: nanoseconds, isWanted: isWanted)
    }
}
