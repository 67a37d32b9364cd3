extension PoolStatistics: CustomStringConvertible {
    /// A table of at most 100 columns.
    public var description: String {
        let heading = "\(maxWorkers) \(maxWorkers == 1 ? "worker" : "workers"), \(age.brief)"
        let use = utilization.map { ", \(Int(($0 * 100).rounded())) % in use" } ?? ""
        let held = memory.map { ", \(Self.size($0.used)) of \(Self.size($0.limit)) held" } ?? ""
        let parts = [
            heading + use + held, taskTable.text, timeTable?.text, slowTable?.text, crashLine, workerTable?.text,
        ]
        return parts.compactMap(\.self).joined(separator: "\n\n")
    }

    private var taskTable: TextTable {
        var table = TextTable(["tasks", "queued", "running", "succeeded", "failed", "cancelled", "retried"])
        let counts = [tasks.submitted, tasks.queued, tasks.running, tasks.succeeded, tasks.failed, tasks.cancelled]
        table.add(counts.map(String.init) + [tasks.retried.map(String.init) ?? "-"])
        return table
    }

    private var timeTable: TextTable? {
        var table = TextTable(["", "p50", "p90", "p99", "longest", "mean"])
        for (name, times) in [("queue time", queueTime), ("run time", runTime)] {
            guard let times else { continue }
            table.add([name] + [times.p50, times.p90, times.p99, times.longest, times.mean].map(\.brief))
        }
        return table.isEmpty ? nil : table
    }

    private var slowTable: TextTable? {
        var table = TextTable(["slowest tasks", "run time", "arguments", "worker"])
        for task in slowestTasks {
            table.add([
                task.name, task.runTime.brief, task.argumentSize.map(Self.size) ?? "-", String(task.worker),
            ])
        }
        return table.isEmpty ? nil : table
    }

    private var crashLine: String? {
        guard let crashes, !crashes.isEmpty else { return nil }
        return TextTable.cut("crashes: " + crashes.map { "\($0.count) × \($0.cause)" }.joined(separator: ", "))
    }

    /// How many workers are shown.
    private static let shownWorkers = 32

    private var workerTable: TextTable? {
        guard !workers.isEmpty else { return nil }
        let hasNodes = workers.contains { $0.node != nil }
        var table = TextTable(
            [
                "worker", "pid", "state", "done", "failed", "crashed", "waiting", "decoding", "running", "encoding",
                "in", "out",
            ] + (hasNodes ? ["node"] : []))
        for worker in workers.prefix(Self.shownWorkers) {
            let times = worker.times
            let counts = [worker.tasksDone, worker.tasksFailed, worker.tasksCrashed]
            let spans = [times?.waiting, times?.decoding, times?.running, times?.encoding]
            var row = [String(worker.index), worker.pid.map { String($0) } ?? "-", worker.state.rawValue]
            for count in counts { row.append(count.map(Self.count) ?? "-") }
            for span in spans { row.append(span?.brief ?? "-") }
            for size in [worker.bytesIn, worker.bytesOut] { row.append(size.map(Self.size) ?? "-") }
            if hasNodes { row.append(worker.node ?? "-") }
            table.add(row)
        }
        if workers.count > Self.shownWorkers { table.note = "and \(workers.count - Self.shownWorkers) more" }
        return table
    }

    /// A number in few characters: `1.2 M`.
    private static func count(_ number: Int) -> String {
        number < 100_000 ? String(number) : scaled(Double(number), ["", "k", "M", "G", "T", "P", "E"])
    }

    /// A number of bytes in few characters: `1.2 MB`.
    private static func size(_ bytes: Int) -> String {
        scaled(Double(bytes), ["B", "kB", "MB", "GB", "TB", "PB", "EB"])
    }

    private static func scaled(_ number: Double, _ units: [String]) -> String {
        var (number, unit) = (number, 0)
        while number >= 999.5, unit < units.count - 1 {
            number /= 1000
            unit += 1
        }
        return (unit == 0 ? String(Int(number)) : number.threeDigits) + " " + units[unit]
    }
}

extension Double {
    /// Three digits, without an exponent: `1.23`, `12.3`, `123`.
    package var threeDigits: String {
        let digits = self < 9.995 ? 2 : self < 99.95 ? 1 : 0
        let scale = digits == 2 ? 100.0 : digits == 1 ? 10 : 1
        guard let number = Int(exactly: (self * scale).rounded()) else { return "∞" }
        let (whole, part) = number.quotientAndRemainder(dividingBy: Int(scale))
        guard digits > 0 else { return String(whole) }
        let text = String(part)
        return "\(whole)." + String(repeating: "0", count: digits - text.count) + text
    }
}

extension Duration {
    /// In few characters: `0 s`, `250 ns`, `1.23 ms`, `12.3 s`, `12 min`, `3.5 h`.
    package var brief: String {
        let seconds = max(0, inSeconds)
        if seconds == 0 { return "0 s" }
        if seconds < 999.5e-9 { return (seconds * 1e9).threeDigits + " ns" }
        if seconds < 999.5e-6 { return (seconds * 1e6).threeDigits + " µs" }
        if seconds < 999.5e-3 { return (seconds * 1e3).threeDigits + " ms" }
        if seconds < 99.95 { return seconds.threeDigits + " s" }
        if seconds < 5997 { return (seconds / 60).threeDigits + " min" }
        return (seconds / 3600).threeDigits + " h"
    }
}
