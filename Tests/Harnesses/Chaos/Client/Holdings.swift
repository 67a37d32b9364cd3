import Glibc
import MultitaskingTestSupport

/// What this process holds of the system.
struct Holdings {
    private let descriptors: [String]
    private let mappings: Int
    private let threads: Int

    init() {
        descriptors = Self.descriptors
        mappings = Self.mappings
        threads = Self.threads
    }

    private static var descriptors: [String] {
        // Dispatch has one more of these now and then; no pool makes any.
        Proc.entries("/proc/self/fd").map { Proc.link("/proc/self/fd/\($0)") }
            .filter { !$0.hasSuffix("[timerfd]") && !$0.hasSuffix("[eventpoll]") }.sorted()
    }

    /// The mappings of files that have no name on any disk, which the pools' memory is.
    private static var mappings: Int {
        Proc.read("/proc/self/maps").split(separator: "\n").count { $0.contains("memfd:") }
    }

    private static var threads: Int { Proc.entries("/proc/self/task").count }

    private static var poolThreads: Int {
        Proc.entries("/proc/self/task").count { Proc.read("/proc/self/task/\($0)/comm").hasPrefix("pool-") }
    }

    /// Checks that no more is held than when this value was made.
    ///
    /// - Parameter countsThreads: whether all threads are the pools', or ended.
    func check(_ place: String, countsThreads: Bool) {
        let pid = getpid()
        Report.expect(
            eventually(within: Limits.cleanUp) { Proc.children(of: pid).isEmpty }, .leaks,
            "\(place): children are left: \(Proc.children(of: pid).map(Proc.describe))")
        Report.expect(
            eventually(within: Limits.cleanUp) { Self.descriptors.count <= descriptors.count }, .leaks,
            "\(place): descriptors are left: \(Self.descriptors), before: \(descriptors)")
        Report.expect(
            eventually(within: Limits.cleanUp) { Self.mappings <= mappings }, .leaks,
            "\(place): \(Self.mappings) mappings are left, before: \(mappings)")
        Report.expect(
            eventually(within: Limits.cleanUp) { Self.poolThreads == 0 }, .leaks, "\(place): threads of a pool are left"
        )
        guard countsThreads else { return }
        Report.expect(
            eventually(within: Limits.cleanUp) { Self.threads <= threads }, .leaks,
            "\(place): \(Self.threads) threads are left, before: \(threads)")
    }
}
