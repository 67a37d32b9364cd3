import Synchronization

/// Where the end of a task may come from, beside the backend in whose time it is waited for.
package enum Outside: Int, Sendable, Comparable {
    /// From nowhere: only the backend brings it about.
    case nowhere
    /// From anybody, or from nobody: nothing is known.
    case anybody
    /// From a backend with a time of its own, which goes on meanwhile, unless that waits for this one in turn.
    case anotherTime
    /// From what runs outside, and so comes: a task of another pool, or an asynchronous function.
    case running

    package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// Who makes the outcome of a future that is made in the client.
enum OutcomeMaker: Sendable {
    /// Whoever has its promise, for example.
    case anybody
    /// A task, which is cancelled in place of the future.
    case task(any TaskSource)
    /// Tasks, by number, whose results are the arguments of the one that will be followed.
    case arguments([Int: any TaskSource])
    /// A task that has its arguments, and is submitted when its pool has room for it.
    case room
    /// A function that belongs to no pool. A cancellation is handed to it.
    case function(cancel: @Sendable (_ force: Bool) -> Bool)
}

/// A future of any type whose outcome is made in the client.
protocol DeferredSource: TaskSource {
    var timeline: (any Timeline)? { get }
    /// Whether it neither has ended nor follows another future.
    var isPending: Bool { get }
    /// Who makes the outcome, which may be the future that it follows; nil if it has ended.
    var maker: OutcomeMaker? { get }
}

extension CallersTimeline {
    /// Where the end of a task may come from that is waited for in this time.
    ///
    /// - Parameter others: says what may come from a backend with another time, of which one of them is a task.
    /// - Complexity: O(*n*) in the number of futures that it depends on, in whatever way, and that haven't ended.
    func outside(of task: any TaskSource, _ others: OtherTimes) -> Outside {
        var outside = Outside.nowhere
        /// Whether it depends on a task of a real pool that waits for its arguments.
        var isArgument = false
        var left = [task]
        var seen: Set<ObjectIdentifier> = []
        // Not recursive: chains of futures have any length.
        while outside < .running, let task = left.popLast() {
            guard seen.insert(ObjectIdentifier(task)).inserted else { continue }
            guard let deferred = task as? any DeferredSource else {
                let timeline = (task as? any HasTimeline)?.timeline
                guard !isTimeline(timeline) else { continue }
                outside = max(outside, (timeline as? any CallersTimeline).map(others) ?? .running)
                continue
            }
            switch deferred.maker {
            // It has just ended, and whoever ended it is about to tell those that wait for it, or runs their functions.
            case nil: outside = .running
            case .anybody?:
                guard !isTimeline(deferred.timeline) else { continue }
                // What a task of a real pool gets is waited for as long as that pool waits for it.
                outside = max(outside, isArgument ? .running : .anybody)
            case .task(let task)?: left.append(task)
            case .arguments(let tasks)?:
                left += tasks.values
                if !isTimeline(deferred.timeline), !(deferred.timeline is any CallersTimeline) { isArgument = true }
                // What has its arguments is just being submitted.
                if tasks.isEmpty { outside = .running }
            case .room?:
                guard !isTimeline(deferred.timeline) else { continue }
                outside = max(outside, (deferred.timeline as? any CallersTimeline).map(others) ?? .running)
            case .function?: outside = .running
            }
        }
        return outside
    }

    private func isTimeline(_ other: (any Timeline)?) -> Bool { (other as? any CallersTimeline) === self }
}

extension CallersTimeline {
    /// Where it may come from that a source of `select` is ready.
    package func outside(ofSource source: any Selectable, _ others: OtherTimes) -> Outside {
        if let task = source as? any TaskSource ?? (source as? any Followable)?.followed {
            return outside(of: task, others)
        }
        return .anybody
    }
}

extension Awaitable {
    /// What makes the outcome; nil for a handle of which only the timeline is known.
    var taskSource: (any TaskSource)? { (self as? any Followable)?.followed }

    /// Whether anybody may bring about the end, so that a caller waits for it in its own time.
    fileprivate var belongsToNoTime: Bool {
        guard let deferred = taskSource as? any DeferredSource else { return false }
        return deferred.timeline == nil && deferred.isPending
    }
}

extension CallersTimelines {
    /// The time in which the calling thread waits for tasks: that of the tasks, or its own if one of them belongs to no
    /// time; nil for the machine's.
    static func timeline(ofCallerThatWaitsFor tasks: [any Awaitable]) -> (any Timeline)? {
        if let timeline = tasks.lazy.compactMap(\.timeline).first { return timeline }
        return tasks.contains { $0.belongsToNoTime } ? current : nil
    }
}

/// The tasks of a wait that may end from outside of the time of the wait, as long as they haven't ended.
final class Outsiders: Sendable {
    let timeline: any CallersTimeline
    /// By their places in the wait. Nil is a task of which nothing is known.
    private let tasks: Lock<[Int: (any TaskSource)?]>

    init(of all: [any Awaitable], in timeline: any CallersTimeline) {
        self.timeline = timeline
        var tasks: [Int: (any TaskSource)?] = [:]
        for (place, task) in all.enumerated() {
            let source = task.taskSource
            let isOwn = (task.timeline as? any CallersTimeline) === timeline
            if !isOwn || source is any DeferredSource { tasks[place] = .some(source) }
        }
        self.tasks = Lock(tasks)
    }

    /// Notes that a task has ended.
    func remove(_ place: Int) {
        // Released outside of the lock.
        let gone = tasks.withLock { $0.removeValue(forKey: place) }
        withExtendedLifetime(gone) {}
    }

    /// Where the end of one of them may come from.
    func outside(_ others: OtherTimes) -> Outside {
        let tasks = tasks.withLock { Array($0.values) }
        return tasks.map { $0.map { timeline.outside(of: $0, others) } ?? .running }.max() ?? .nowhere
    }
}
