import Synchronization

/// A timeline in which some threads live, so that these wait in it also for what belongs to no backend.
package protocol CallersTimeline: Timeline, AnyObject {
    /// Whether the calling thread lives in this time.
    var isCallers: Bool { get }

    /// Blocks until `condition` holds, which others may bring about, too; false if the limit passes first.
    ///
    /// - Parameters:
    ///   - outside: says whether others may. Called without a lock, when all wait that live in this time; asks the
    ///     function that it is given about the other times that must go on for that.
    ///   - register: has the function that it is given called when the condition may hold, until the function that it
    ///     returns is called.
    /// - Throws: a `MultitaskingError` if nothing will ever happen; another error if the caller has died.
    @available(*, noasync)
    func wait(
        _ limit: WaitLimit, until condition: @escaping @Sendable () -> Bool,
        outside: @escaping @Sendable (OtherTimes) -> Outside,
        register: (@escaping @Sendable () -> Void) -> @Sendable () -> Void
    ) throws -> Bool
}

/// Lets what lives in another time continue during a wait for it, and says what may come from there.
package typealias OtherTimes = (any CallersTimeline) -> Outside

/// The timelines in which threads of this process live.
package enum CallersTimelines {
    private struct Entry {
        weak var timeline: (any CallersTimeline)?
    }

    private static let entries = Lock<[ObjectIdentifier: Entry]>([:])

    /// Makes a timeline known until ``remove(_:)``.
    package static func add(_ timeline: any CallersTimeline) {
        entries.withLock { $0[ObjectIdentifier(timeline)] = Entry(timeline: timeline) }
    }

    /// Forgets a timeline, which does so when it is released.
    package static func remove(_ timeline: any CallersTimeline) {
        entries.withLock { $0[ObjectIdentifier(timeline)] = nil }
    }

    /// The timeline in which the calling thread lives; nil if there is none, or several that could not all go on.
    static var current: (any CallersTimeline)? {
        // Released outside of the lock, since that may remove it.
        let all = entries.withLock { $0.values.compactMap(\.timeline) }
        let own = all.filter(\.isCallers)
        return own.count == 1 ? own.first : nil
    }
}
