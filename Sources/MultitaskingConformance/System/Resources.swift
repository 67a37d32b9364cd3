internal import MultitaskingSystem

/// What this process holds of the system at one moment: threads, descriptors, and processes that descend from it.
///
/// Read from `/proc`; elsewhere than on Linux nothing is seen.
struct Resources: Sendable {
    private var threads: [String: String] = [:]
    private var descriptors: Set<String> = []
    private(set) var processes: Set<ProcessIdentity> = []

    static func current() -> Resources {
        var resources = Resources()
        for thread in threadIDs() {
            let status = System.contents(of: "/proc/self/task/\(thread)/status")
            let name = String(status.prefix { $0 != "\n" }.dropFirst("Name:\t".count))
            guard !status.isEmpty, !isDispatch(status, name: name) else { continue }
            resources.threads[thread] = name
        }
        for descriptor in System.entries(of: "/proc/self/fd") {
            let target = System.target(of: "/proc/self/fd/\(descriptor)")
            // The directory that is just being read, and what was closed meanwhile.
            if target.isEmpty || target.hasPrefix("/proc/") { continue }
            resources.descriptors.insert("\(descriptor)→\(target)")
        }
        resources.processes = ProcessIdentity.descendants()
        return resources
    }

    /// The ids of all threads.
    ///
    /// The system's list ends early where it meets a thread that is about to end, so it is read until it has as many
    /// entries as there are threads, and twice the same: one that has ended by the time they are counted may make up
    /// for another that is missing.
    private static func threadIDs() -> [String] {
        var ids: [String] = []
        for _ in 0..<200 {
            let former = ids
            ids = System.entries(of: "/proc/self/task")
            let lines = System.contents(of: "/proc/self/status").split(separator: "\n")
            let count = lines.first { $0.hasPrefix("Threads:") }.flatMap { Int($0.drop { !$0.isNumber }) }
            if count == ids.count, ids == former { break }
            if count != ids.count { System.sleep(milliseconds: 1) }
        }
        return ids
    }

    /// How many descriptors are timers.
    static var timerCount: Int { current().descriptors.count { $0.hasSuffix("[timerfd]") } }

    /// What is here and was not in `before`, in words.
    func excess(over before: Resources) -> [String] {
        let newThreads = threads.filter { before.threads[$0.key] == nil }.map { id, name in
            "thread \(id) (\(name), in \(System.contents(of: "/proc/self/task/\(id)/wchan")))"
        }
        let newDescriptors = descriptors.subtracting(before.descriptors).map { "descriptor \($0)" }
        let newProcesses = processes.subtracting(before.processes).map { "process \($0.pid)" }
        return newThreads + newDescriptors + newProcesses
    }

    /// Whether a thread is one of Dispatch, which come and go as they like: those block nearly all signals, and have
    /// the names of queues, as `com.apple.root.default-qos`, of which Linux keeps the end.
    private static func isDispatch(_ status: String, name: String) -> Bool {
        if name.hasSuffix("-qos") || name.hasSuffix(".overcommit") || name.contains("libdispatch") { return true }
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigBlk:") }),
            let mask = UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16)
        else { return false }
        return mask.nonzeroBitCount > 32
    }
}

/// A process, told from a later one of the same id by when it was started.
struct ProcessIdentity: Hashable, Sendable {
    let pid: Int32
    private let start: String

    private init?(pid: Int32, fields: [Substring]) {
        guard fields.count > 19 else { return nil }
        self.pid = pid
        start = String(fields[19])
    }

    /// Whether the process still runs, or waits for somebody to take note of its end.
    var isAlive: Bool { Self(pid: pid, fields: Self.fields(of: pid)) == self }

    /// All processes that descend from this one.
    static func descendants() -> Set<ProcessIdentity> {
        var children: [Int32: [ProcessIdentity]] = [:]
        for pid in System.entries(of: "/proc").compactMap({ Int32($0) }) {
            let fields = fields(of: pid)
            guard fields.count > 1, let parent = Int32(fields[1]), let identity = Self(pid: pid, fields: fields)
            else { continue }
            children[parent, default: []].append(identity)
        }
        var found: Set<ProcessIdentity> = []
        var next = children[System.processID] ?? []
        while let identity = next.popLast() {
            if found.insert(identity).inserted { next += children[identity.pid] ?? [] }
        }
        return found
    }

    private static func fields(of pid: Int32) -> [Substring] { SystemFiles().processFields(pid) }
}
