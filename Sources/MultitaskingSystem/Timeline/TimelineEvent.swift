package import MultitaskingCore

/// A call that has sent elements to a channel, or received some; times in nanoseconds of CLOCK_MONOTONIC.
package struct TimelineMessage: Sendable {
    package var isSend: Bool
    package var place: TimelinePlace
    package var channel: SharedObjectID
    /// Which elements, of all that were ever sent, counted from the first.
    package var elements: Range<UInt64>
    package var start: Int64
    package var end: Int64

    package init(
        isSend: Bool, place: TimelinePlace, channel: SharedObjectID, elements: Range<UInt64>, start: Int64, end: Int64
    ) {
        self.isSend = isSend
        self.place = place
        self.channel = channel
        self.elements = elements
        self.start = start
        self.end = end
    }
}

/// A worker that has come, or gone.
package struct TimelineLife: Sendable {
    package var place: TimelinePlace
    /// Such as "born" and "died of SIGSEGV".
    package var event: String
    /// In nanoseconds of CLOCK_MONOTONIC.
    package var time: Int64

    package init(place: TimelinePlace, event: String, time: Int64) {
        self.place = place
        self.event = event
        self.time = time
    }
}

/// Something that a timeline shows as a curve.
package struct TimelineGauge: Sendable {
    package var name: String
    /// The process that it belongs to; nil for this one.
    package var pid: Int32?
    /// What is counted, and how much there is of it.
    package var values: [(unit: String, value: Int)]

    package init(_ name: String, pid: Int32? = nil, _ values: [(unit: String, value: Int)]) {
        self.name = name
        self.pid = pid
        self.values = values
    }
}

/// What has happened in a pool since somebody asked last.
package struct TimelineEvents: Sendable {
    package var spans: [TaskSpan] = []
    package var messages: [TimelineMessage] = []
    package var lives: [TimelineLife] = []
    /// How many tasks, and how many other events, were overwritten before they were taken.
    package var lostSpans = 0
    package var lostEvents = 0

    package init() {}

    /// Whether nothing has happened.
    package var isEmpty: Bool {
        spans.isEmpty && messages.isEmpty && lives.isEmpty && lostSpans == 0 && lostEvents == 0
    }
}

/// What can sleep until something begins that is recorded.
package protocol RestingSource: AnyObject, Sendable {
    /// Blocks until something begins that is recorded, ``endRest()`` is called, or the limit passes.
    ///
    /// - Parameter isOver: whether there is no reason to rest anymore; asked when others can wake it already.
    func rest(_ limit: Duration, unless isOver: () -> Bool) -> TimelinePause
    /// Ends the rest, if there is one.
    func endRest()
}

/// A pool that is recorded.
package protocol TimelineSource: RestingSource {
    /// The workers that there are.
    var places: [TimelinePlace] { get }
    /// What a channel is called.
    func name(of channel: SharedObjectID) -> String
    /// What has happened since the last call.
    func takeEvents() -> TimelineEvents
    /// What there is now: queues and memory.
    func gauges() -> [TimelineGauge]
    /// Nobody takes anymore.
    func endTimeline()
}

/// How a rest of the writer of a timeline has ended.
package enum TimelinePause: Sendable {
    /// Something has begun, or it was ended.
    case woken
    /// Its time has passed.
    case over
    /// The pool cannot tell when something begins.
    case impossible
}

extension RestingSource {
    package func rest(_ limit: Duration, unless isOver: () -> Bool) -> TimelinePause { .impossible }
    package func endRest() {}
}

extension TimelineGauge {
    /// Whether it says how many tasks there are, and that there are some.
    var hasTasks: Bool { name == Self.tasks && values.contains { $0.value > 0 } }

    private static let tasks = "tasks"

    /// How many tasks wait and run.
    package init(tasks: PoolStatistics.Tasks) {
        self.init(Self.tasks, [("queued", tasks.queued), ("running", tasks.running)])
    }
}

extension PoolStatistics {
    /// How many tasks wait and run, and what memory is held.
    package var gauges: [TimelineGauge] {
        [TimelineGauge(tasks: tasks)] + (memory.map { [TimelineGauge("memory", [("bytes", $0.used)])] } ?? [])
    }
}
