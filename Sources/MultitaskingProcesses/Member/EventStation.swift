import Glibc
import MultitaskingCore
import MultitaskingSystem

/// Something in the pool's memory that can be selected from: it raises the pool's event when it is asked to.
protocol EventSource: Selectable {
    /// Asks for the pool's event to be raised at the next change. A process that looks afterwards, behind a fence, sees
    /// a change that was made before.
    func askForEvent()

    /// This process's part in the pool whose event it raises.
    var membership: LocalMember { get }
}

/// Where the threads of a pool's processes wait for several things at once: on the pool's event.
///
/// It is raised for the asynchronous callers of all processes as well, so a sleeper may be woken for nothing; it costs
/// a look at its sources.
struct EventStation: SelectStation {
    /// How long to sleep at most before looking whether the supervisor still lives.
    private static let slice: Int64 = 50_000_000

    /// How often to begin to watch other sources anew, which have called for nothing, without a nap of so many
    /// microseconds.
    private static let mostRenewals = 8
    private static let nap: UInt32 = 500

    let membership: LocalMember

    func select(_ sources: [any Selectable], wait: WaitLimit) throws -> Int? {
        try membership.checkProcess()
        if let index = firstReady(of: sources, self) { return index }
        let deadline = Deadline(wait)
        if deadline.left > 0, membership.spin(for: .change, until: { sources.contains { $0.isReadyForSelect } }),
            let index = firstReady(of: sources, self)
        {
            return index
        }
        membership.lookAfterSupervisor()
        guard deadline.left > 0 else { return nil }
        return try sleep(until: deadline, sources)
    }

    private func sleep(until deadline: Deadline, _ sources: [any Selectable]) throws -> Int? {
        let event = membership.arena.event
        var own: [any EventSource] = []
        var others: [any Selectable] = []
        for source in sources {
            if let source = eventSource(source) { own.append(source) } else { others.append(source) }
        }
        let watch = SelectWatch()
        defer { watch.end() }
        var renewals = 0
        membership.beginSleep(until: deadline)
        defer { membership.endSleep(until: deadline) }
        while true {
            // ORDERING: the ticket, then the asking, then, behind a fence, the look: a change that this look does not
            // see raises the event.
            let ticket = event.futex.load()
            for source in own { source.askForEvent() }
            if !others.isEmpty, try watch.renew(others, { event.signal() }) {
                renewals += 1
                // As for threads: the caller may wait on both sides of a channel without room, each of which wakes it.
                if renewals > Self.mostRenewals { membership.sleep(for: .change) { usleep(Self.nap) } }
            }
            fence()
            if let index = firstReady(of: sources, self) { return index }
            let left = deadline.left
            if left == 0 { return nil }
            membership.sleep(for: .change) { event.futex.sleep(while: ticket, nanoseconds: min(left, Self.slice)) }
            membership.lookAfterSupervisor()
        }
    }

    /// The source that raises the event of this pool; nil for those of other pools and other kinds.
    func eventSource(_ selectable: any Selectable) -> (any EventSource)? {
        let source: Any = (selectable as? SendingSide)?.channel ?? selectable
        guard let source = source as? any EventSource, source.membership.arena === membership.arena else { return nil }
        return source
    }
}

extension LocalMember {
    /// Calls `body` once when a channel or signal is ready, until the returned function is called.
    ///
    /// - Parameters:
    ///   - object: its number in `ChangedObjects`.
    ///   - isReady: first asks for the event, and then looks.
    /// - Throws: `systemError` if the system has no thread to give.
    func watch(
        object: Int, until isReady: @escaping @Sendable () -> Bool, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void {
        try checkProcess()
        let watcher = watcher
        let registration = try watcher.add(forObject: object, isReady: isReady, body)
        return { if let registration { watcher.remove(registration) } }
    }
}
