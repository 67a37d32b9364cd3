internal import MultitaskingPlatform

/// How much processor time a process has had, and whether it wants more.
package struct ProcessorTime: Sendable {
    /// Of all threads, in nanoseconds.
    package let nanoseconds: Int64
    /// Whether a thread runs, or waits for a core.
    package let isWanted: Bool

    package init(nanoseconds: Int64, isWanted: Bool) {
        self.nanoseconds = nanoseconds
        self.isWanted = isWanted
    }

    /// What the system says of a process; nothing of one that doesn't exist.
    package init(of process: Int32) {
        self.init(nanoseconds: Self.nanoseconds(of: process), isWanted: Self.isWanted(by: process))
    }

    /// The processor time of a process, in nanoseconds; 0 if it cannot be asked.
    package static func nanoseconds(of process: Int32) -> Int64 {
        #if os(Linux) || os(Android)
            var clock = clockid_t()
            var time = timespec()
            // SAFETY: the calls write what they are given, which outlives them.
            guard unsafe clock_getcpuclockid(process, &clock) == 0, unsafe clock_gettime(clock, &time) == 0 else {
                return 0
            }
            return max(0, Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
        #else
            return 0
        #endif
    }

    /// Whether one of a process's threads runs, or waits for a core.
    static func isWanted(by process: Int32, files: SystemFiles = SystemFiles()) -> Bool {
        files.entries("/proc/\(process)/task").contains { thread in
            Int32(thread).map { files.processFields($0).first == "R" } ?? false
        }
    }
}
