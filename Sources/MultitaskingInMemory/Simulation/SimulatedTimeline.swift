internal import MultitaskingCore
internal import MultitaskingSystem

/// What has happened in a simulation since somebody began to record it, in virtual time.
struct SimulatedTimeline: Sendable {
    /// How many tasks waited and ran at a time.
    struct Sample: Sendable {
        var time: Nanoseconds
        var gauges: [TimelineGauge]
    }

    private(set) var events = TimelineEvents()
    private(set) var samples: [Sample] = []
    /// How many elements channels were sent, and gave away.
    private var sent: [UInt64: UInt64] = [:]
    private var received: [UInt64: UInt64] = [:]

    /// How many tasks, messages and samples are kept each; what comes later is counted.
    private static let limit = 100_000

    mutating func add(_ span: TaskSpan) {
        if events.spans.count < Self.limit { events.spans.append(span) } else { events.lostSpans += 1 }
    }

    mutating func add(_ sample: Sample) {
        if samples.last?.time == sample.time { samples.removeLast() }
        if samples.count < Self.limit { samples.append(sample) }
    }

    /// Notes what a timeline shows of a step.
    ///
    /// - Parameter place: its maker; nil for the pool itself.
    mutating func note(_ event: Trace.Event, at place: TimelinePlace?, _ now: Nanoseconds) {
        switch event {
        case .sends(let channel, _): add(isSend: true, channel, 1, at: place, now)
        case .sendsSeveral(let channel, let count, _): add(isSend: true, channel, count, at: place, now)
        case .receives(let channel, _): add(isSend: false, channel, 1, at: place, now)
        case .receivesSeveral(let channel, let count, _): add(isSend: false, channel, count, at: place, now)
        case .puts(let count, let channel): received[channel, default: 0] -= min(UInt64(count), received[channel] ?? 0)
        case .closes(let channel, let discarded): received[channel, default: 0] += UInt64(discarded)
        case .dies(let how): add("died: \(how)", at: place, now)
        case .isReplaced, .isReady: add("born", at: place, now)
        case .leaves: add("left", at: place, now)
        default: break
        }
    }

    private mutating func add(
        isSend: Bool, _ channel: UInt64, _ count: Int, at place: TimelinePlace?, _ now: Nanoseconds
    ) {
        let first = (isSend ? sent : received)[channel] ?? 0
        let elements = first..<first + UInt64(count)
        if isSend { sent[channel] = elements.upperBound } else { received[channel] = elements.upperBound }
        guard let place, count > 0 else { return }
        guard events.messages.count < Self.limit else { return events.lostEvents += 1 }
        events.messages.append(
            TimelineMessage(
                isSend: isSend, place: place, channel: SharedObjectID(rawValue: channel), elements: elements,
                start: now, end: now))
    }

    private mutating func add(_ event: String, at place: TimelinePlace?, _ now: Nanoseconds) {
        guard let place else { return }
        guard events.lives.count < Self.limit else { return events.lostEvents += 1 }
        events.lives.append(TimelineLife(place: place, event: event, time: now))
    }
}

extension SimulationState {
    /// Where what a party does is in a timeline.
    private func place(of party: Int) -> TimelinePlace {
        (1...workerCount).contains(party)
            ? .worker(party - 1, pid: workers[party - 1].pid)
            : .thread(TimelinePlace.otherThreads + 1 + Int32(clamping: party == 0 ? 0 : party - workerCount), pid: nil)
    }

    /// The workers that there are.
    var timelinePlaces: [TimelinePlace] {
        var places: [TimelinePlace] = []
        for worker in workers.indices where statistics.workers[worker].state != .absent {
            places.append(place(of: worker + 1))
        }
        return places
    }

    /// Notes what a timeline shows of a step.
    mutating func record(_ event: Trace.Event, by party: Int?) {
        guard recording != nil else { return }
        var place: TimelinePlace?
        if let party { place = self.place(of: party) }
        recording?.note(event, at: place, now)
        sampleTasks()
    }

    /// An attempt at a task has ended.
    mutating func recordSpan(of task: Int, by worker: Int, isCrash: Bool) {
        guard recording != nil, let record = tasks[task] else { return }
        recording?.add(
            TaskSpan(
                name: record.name(task), worker: worker, pid: workers[worker].pid,
                submission: record.attempts == 1 ? record.submission : nil, start: record.start,
                runStart: record.runStart, encodeStart: record.encodeStart, end: now, hasCrashed: isCrash))
    }

    private mutating func sampleTasks() {
        let running = workers.count { $0.task != nil }
        let counts = PoolStatistics.Tasks(queued: max(0, unfinished - running), running: running)
        var gauges = [TimelineGauge(tasks: counts)]
        for id in channels.keys.sorted().prefix(64) {
            gauges.append(TimelineGauge("channel \(id)", [("elements", channels[id]?.count ?? 0)]))
        }
        recording?.add(SimulatedTimeline.Sample(time: now, gauges: gauges))
    }
}
