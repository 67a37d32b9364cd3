import Synchronization

/// What this process has received from channels that redeliver, and not yet reported.
///
/// Only the process itself reports, so its own memory knows the order; if it dies, the supervisor finds the places by
/// looking for those that name it.
final class Holdings: Sendable {
    private struct Key: Hashable {
        var channel: Int
        var serial: UInt64
    }

    private struct Held {
        let queue: ChannelQueue
        var claims: [ChannelQueue.Claim] = []
        /// How many of `claims` were reported.
        var first = 0
    }

    private let held = Mutex<[Key: Held]>([:])
    /// ORDERING: relaxed; the thread that ends a task has received what it received, or waited for who did.
    private let isUsed = Atomic<Bool>(false)

    /// Adds an element that was received.
    func add(_ claim: ChannelQueue.Claim, of queue: ChannelQueue) {
        let key = Key(channel: queue.header.index, serial: queue.serial)
        held.withLock { $0[key, default: Held(queue: queue)].claims.append(claim) }
        isUsed.store(true, ordering: .relaxed)
    }

    /// Takes out the one that was received first; nil if there is none.
    func takeFirst(of queue: ChannelQueue) -> ChannelQueue.Claim? {
        let key = Key(channel: queue.header.index, serial: queue.serial)
        return held.withLock { held in
            guard var elements = held[key], elements.first < elements.claims.count else { return nil }
            // So that the array is not shared while it changes.
            held[key] = nil
            let claim = elements.claims[elements.first]
            elements.first += 1
            if elements.first * 2 > elements.claims.count {
                elements.claims.removeFirst(elements.first)
                elements.first = 0
            }
            held[key] = elements
            return claim
        }
    }

    /// Lets go of everything: its task has ended, and was not killed, so nothing goes back.
    @inline(__always)
    func release(as membership: Membership) {
        if isUsed.load(ordering: .relaxed) { releaseAll(as: membership) }
    }

    @inline(never)
    private func releaseAll(as membership: Membership) {
        isUsed.store(false, ordering: .relaxed)
        let all = held.withLock { held in
            defer { held = [:] }
            return held.values.map { ($0.queue, $0.claims[$0.first...]) }
        }
        for (queue, claims) in all {
            for claim in claims {
                membership.journal.withEntry { journal in
                    defer { journal.clear() }
                    queue.settle(claim, journal: journal, isDone: false)
                }
            }
        }
        Member(arena: membership.arena, index: membership.member).holds.store(0)
    }
}
