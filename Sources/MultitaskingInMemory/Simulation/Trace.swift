internal import MultitaskingCore

/// What happened in a simulation, step by step.
struct Trace: Sendable {
    struct Entry: Sendable {
        var time: Nanoseconds
        /// The party that did it; nil for the pool itself.
        var party: Int?
        var event: Event
    }

    enum Event: Sendable {
        case submits(task: Int)
        case starts(task: Int, attempt: Int)
        case initializes
        case isReady
        case makesCall(Int)
        case finalizes
        case leaves
        case resizes(Int)
        case returns(task: Int)
        case throwsError(task: Int, typeName: String)
        case fails(task: Int, String)
        case cancels(task: Int)
        case asksToEnd(task: Int)
        case retries(task: Int, at: Nanoseconds)
        case requeues(task: Int)
        case sends(channel: UInt64, bytes: Int)
        case offers(channel: UInt64, bytes: Int)
        case takesBack(channel: UInt64)
        case sendsSeveral(channel: UInt64, count: Int, bytes: Int)
        case findsFull(channel: UInt64)
        case receives(channel: UInt64, bytes: Int)
        case receivesSeveral(channel: UInt64, count: Int, bytes: Int)
        case findsEmpty(channel: UInt64)
        case findsWrongType(channel: UInt64)
        case puts(back: Int, channel: UInt64)
        case reportsDone(channel: UInt64)
        case closes(channel: UInt64, discarded: Int)
        case sets(signal: UInt64)
        case clears(signal: UInt64)
        case sees(signal: UInt64)
        case selects(String, from: Int)
        case waits(for: String, until: Nanoseconds?)
        case givesUp
        case dies(String)
        case isReplaced
        case cannotBeReplaced
        case isStuck
        case isDelayed(Nanoseconds)
        case pretendsFull(channel: UInt64, until: Nanoseconds)
        case shutsDown(String)
        case deadlock(String)
    }

    /// More than this is not kept: a run that long is not read by anybody.
    private static let limit = 200_000

    private(set) var entries: [Entry] = []
    private(set) var dropped = 0

    mutating func add(_ event: Event, by party: Int?, at time: Nanoseconds) {
        guard entries.count < Self.limit else { return dropped += 1 }
        entries.append(Entry(time: time, party: party, event: event))
    }

    /// One line a step: virtual time in milliseconds, who, what.
    func lines(workers: Int) -> [String] {
        var lines = entries.map { entry in
            let who = entry.party.map { Self.name(of: $0, workers: workers) } ?? "pool"
            return "\(Self.milliseconds(entry.time))  \(who.padded(to: 9)) \(entry.event)"
        }
        if dropped > 0 { lines.append("… and \(dropped) more steps") }
        return lines
    }

    static func name(of party: Int, workers: Int) -> String {
        switch party {
        case 0: "parent"
        case 1...workers: "worker \(party - 1)"
        default: "guest \(party - workers - 1)"
        }
    }

    /// Milliseconds with three digits behind the point, in ten places or more.
    static func milliseconds(_ time: Nanoseconds) -> String {
        let digits = String(time / 1_000 % 1_000)
        let text = "\(time / 1_000_000)." + String(repeating: "0", count: 3 - digits.utf8.count) + digits
        return String(repeating: " ", count: max(0, 10 - text.utf8.count)) + text
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - utf8.count))
    }
}

extension Trace.Event: CustomStringConvertible {
    var description: String {
        switch self {
        case .submits(let task): "submits task \(task)"
        case .starts(let task, let attempt):
            attempt == 1 ? "starts task \(task)" : "starts task \(task), attempt \(attempt)"
        case .initializes: "runs the initializer"
        case .isReady: "is ready"
        case .makesCall(let call): "makes call \(call) of all workers"
        case .finalizes: "runs the finalizer"
        case .leaves: "leaves"
        case .resizes(let count): "wants \(count) workers"
        case .returns(let task): "returns from task \(task)"
        case .throwsError(let task, let name): "throws \(name) in task \(task)"
        case .fails(let task, let code): "fails task \(task): \(code)"
        case .cancels(let task): "cancels task \(task)"
        case .asksToEnd(let task): "asks task \(task) to end"
        case .retries(let task, let time):
            "will retry task \(task) at \(Trace.milliseconds(time).drop { $0 == " " })"
        case .requeues(let task): "queues task \(task) again"
        case .sends(let channel, let bytes): "sends \(bytes) bytes to channel \(channel)"
        case .offers(let channel, let bytes): "holds out \(bytes) bytes in channel \(channel)"
        case .takesBack(let channel): "takes back what it held out in channel \(channel)"
        case .sendsSeveral(let channel, let count, let bytes):
            "sends \(count) elements of \(bytes) bytes to channel \(channel)"
        case .findsFull(let channel): "finds channel \(channel) full"
        case .receives(let channel, let bytes): "receives \(bytes) bytes from channel \(channel)"
        case .receivesSeveral(let channel, let count, let bytes):
            "receives \(count) elements of \(bytes) bytes from channel \(channel)"
        case .findsEmpty(let channel): "finds channel \(channel) empty"
        case .findsWrongType(let channel): "finds an element of another type in channel \(channel)"
        case .puts(let count, let channel): "puts \(count) elements back into channel \(channel)"
        case .reportsDone(let channel): "reports an element of channel \(channel) as done"
        case .closes(let channel, let discarded):
            discarded == 0 ? "closes channel \(channel)" : "closes channel \(channel) and discards \(discarded)"
        case .sets(let signal): "sets signal \(signal)"
        case .clears(let signal): "clears signal \(signal)"
        case .sees(let signal): "sees signal \(signal)"
        case .selects(let condition, let count): "selects \(condition), one of \(count)"
        case .waits(let condition, nil): "waits for \(condition)"
        case .waits(let condition, let time?):
            "waits for \(condition) until \(Trace.milliseconds(time).drop { $0 == " " })"
        case .givesUp: "has waited long enough"
        case .dies(let how): "dies: \(how)"
        case .isReplaced: "is replaced"
        case .cannotBeReplaced: "cannot be replaced yet"
        case .isStuck: "is stuck"
        case .isDelayed(let time): "is delayed by \(Trace.milliseconds(time).drop { $0 == " " }) ms"
        case .pretendsFull(let channel, let time):
            "pretends that channel \(channel) is full until \(Trace.milliseconds(time).drop { $0 == " " })"
        case .shutsDown(let mode): "shuts down: \(mode)"
        case .deadlock(let who): "finds a deadlock: \(who)"
        }
    }
}
