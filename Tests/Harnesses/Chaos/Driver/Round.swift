import MultitaskingCore
import Glibc
import MultitaskingTestSupport

/// One client and one striker, seen from outside.
struct Round {
    let number: UInt64
    let seed: UInt64
    private let tag: String
    private let directory: String
    private var random: SplitMix64
    /// After how long the client is killed; nil if it is not.
    private var doom: Duration?
    private var place = "starting"
    private var lastWord = ContinuousClock.now
    private var rest: [UInt8] = []

    /// Nil if there is no place for its files.
    init?(number: UInt64, seed: UInt64) {
        self.number = number
        self.seed = seed
        tag = "\(getpid())-\(seed)-\(number)"
        var template = Array(
            "\(environment("TMPDIR").isEmpty ? "/tmp" : environment("TMPDIR"))/chaos-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { return nil }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        random = SplitMix64(seed, number, 0)
        if random.once(in: 4) { doom = .milliseconds(random.number(50...3000)) }
    }

    // MARK: The life of the client

    mutating func run(_ totals: inout Totals) {
        defer { clear() }
        let errors = "\(directory)/errors"
        let book = (Logbook.directoryVariable, directory)
        let client = ChildProcess(
            ["client", String(seed), String(number), doom == nil ? "free" : "doomed"],
            variables: [book, (Proc.tagVariable, tag)], errors: errors, capturesOutput: true)
        guard let client, let output = client.output else {
            return totals.breach(.driver, "cannot start a client: errno \(errno)")
        }
        defer { close(output) }
        let striker = ChildProcess(
            ["striker", String(seed), String(number), String(client.pid), tag], variables: [book], errors: errors,
            capturesOutput: false)
        let end = watch(client, output, &totals)
        judge(end, &totals)
        waitForOrphans(&totals)
        if let striker { finish(striker, &totals) }
        totals.add(1, to: "rounds")
    }

    /// Listens to the client until it has ended; nil if it had to be ended because it hung.
    private mutating func watch(_ client: ChildProcess, _ output: Int32, _ totals: inout Totals) -> Int32? {
        let start = ContinuousClock.now
        var isKilled = false
        while true {
            let status = client.reap()
            listen(output, &totals)
            if let status { return status }
            if let doom, !isKilled, ContinuousClock.now - start > doom {
                isKilled = true
                killClient(client)
            }
            if ContinuousClock.now - lastWord > Limits.silence {
                let family = Proc.family(tag).map(Proc.describe).joined(separator: "\n    ")
                totals.breach(.hangs, "round \(number): the client hangs at: \(place)\n    \(family)")
                for pid in Proc.family(tag) { kill(pid, SIGKILL) }
                _ = eventually(within: .seconds(5)) { client.reap() != nil }
                return nil
            }
        }
    }

    private mutating func killClient(_ client: ChildProcess) {
        // Sometimes its supervisors die at the same time.
        let supervisors = random.once(in: 2) ? Proc.children(of: client.pid) : []
        kill(client.pid, SIGKILL)
        for supervisor in supervisors {
            Strike(SIGKILL, on: supervisor, isOfSupervisor: true).deal(tag: tag, isNoted: false)
        }
    }

    /// Reads what the client has said, for a short while.
    private mutating func listen(_ output: Int32, _ totals: inout Totals) {
        var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&descriptor, 1, 20)
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(output, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            rest += bytes.prefix(count)
        }
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            take(String(decoding: rest[..<end], as: UTF8.self), &totals)
            rest.removeSubrange(...end)
        }
    }

    private mutating func take(_ line: String, _ totals: inout Totals) {
        lastWord = .now
        let text = String(line.dropFirst(2))
        let words = text.split(separator: " ", maxSplits: 1)
        let numbered = text.lastIndex(of: " ").map { (String(text[..<$0]), Int(text[$0...].dropFirst())) }
        switch (line.first, numbered) {
        case ("@", _): place = text
        case ("+", (let name, let value?)?): totals.add(value, to: name)
        case ("^", (let name, let value?)?): totals.raise(name, to: value)
        case ("!", _) where words.count == 2:
            let invariant = Invariant(rawValue: String(words[0])) ?? .driver
            totals.breach(invariant, "round \(number): \(words[1])")
        default: totals.breach(.driver, "round \(number): the client says: \(line)")
        }
    }

    // MARK: After the client

    private func judge(_ end: Int32?, _ totals: inout Totals) {
        guard let end else { return }
        let signal = end & 0x7f
        let code = end >> 8 & 0xff
        if signal == SIGKILL, doom != nil { return totals.add(1, to: "killed clients") }
        totals.add(1, to: "clients")
        guard signal != 0 || code != 0 else { return }
        let errors = Proc.read("\(directory)/errors").split(separator: "\n").filter {
            !$0.contains("this trap is meant")
        }
        // Where Swift's backtrace begins; its end is only a list of images.
        let crash = errors.lastIndex { $0.contains("Fatal error") || $0.hasPrefix("*** ") } ?? 0
        totals.breach(
            .clients,
            "round \(number): the client ended with \(signal != 0 ? "signal \(signal)" : "code \(code)") at: "
                + "\(place)\n    "
                + errors[max(crash, errors.count - 200)...].prefix(60).joined(separator: "\n    "))
    }

    private func waitForOrphans(_ totals: inout Totals) {
        let start = ContinuousClock.now
        let areGone = eventually(within: Limits.orphans) { Proc.family(tag).isEmpty }
        totals.raise("longest orphan", to: (ContinuousClock.now - start).milliseconds)
        guard !areGone else { return }
        let family = Proc.family(tag)
        totals.breach(
            .clients,
            "round \(number): processes outlive the client, which ended at: \(place)\n    "
                + family.map(Proc.describe).joined(separator: "\n    "))
        for pid in family { kill(pid, SIGKILL) }
    }

    private func finish(_ striker: ChildProcess, _ totals: inout Totals) {
        var status: Int32?
        let hasEnded = eventually(within: .seconds(10)) {
            status = striker.reap()
            return status != nil
        }
        if !hasEnded { kill(striker.pid, SIGKILL) }
        if !hasEnded || status != 0 {
            totals.breach(.driver, "round \(number): the striker ended with \(status ?? -1)")
        }
        // Outside of the log's own process: this one reads another directory.
        totals.add(Proc.size("\(directory)/strikes") / MemoryLayout<Logbook.Record>.stride, to: "strikes")
    }

    private func clear() {
        for name in Proc.entries(directory) { _ = unsafe unlink("\(directory)/\(name)") }
        _ = unsafe rmdir(directory)
    }
}
