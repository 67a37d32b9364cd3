import MultitaskingCore
import Synchronization

/// How the client uses one of the rings.
struct RingUse {
    /// How many more tasks fit for sure.
    var room = 0
    /// Up to where the ring's memory was given back.
    var givenBack: UInt64 = 0
}

/// How the client uses the rings for new tasks.
struct RingUses {
    private var high = RingUse()
    private var normal = RingUse()
    private var low = RingUse()

    @inline(__always)
    subscript(priority: TaskOptions.Priority) -> RingUse {
        _read {
            switch priority {
            case .high: yield high
            case .normal: yield normal
            case .low: yield low
            }
        }
        _modify {
            switch priority {
            case .high: yield &high
            case .normal: yield &normal
            case .low: yield &low
            }
        }
    }
}

/// Where tasks were in the rings that do not wait there anymore, because they were cancelled or expired: the ring has
/// their places until a worker has passed them.
struct QueueLeavers {
    private struct Places {
        var positions: Set<UInt64> = []
        /// Where the ring's head was at the last look.
        var head: UInt64?
        /// With how many positions those that were passed are looked for.
        var tolerance = QueueLeavers.leastTolerance
    }

    private static let leastTolerance = 64

    private var rings: [TaskRing.Kind: Places] = [:]

    /// How many places are kept, passed or not.
    var keptCount: Int { rings.values.reduce(0) { $0 + $1.positions.count } }

    mutating func add(_ word: SlotWord, in arena: Arena) {
        // One that a worker has handed back has no place, and those that wait for another attempt are not counted.
        guard word.member == 0, word.ticket.ring != .retries else { return }
        var places = rings.removeValue(forKey: word.ticket.ring) ?? Places()
        // A worker may have passed it before this call.
        let distance = places.head.map { Self.cut(word.ticket.position &- $0) } ?? 0
        if distance <= Ticket.positionMask / 2 { places.positions.insert(word.ticket.position) }
        rings[word.ticket.ring] = places
        // Nobody may ever ask how many there are.
        if places.positions.count > places.tolerance { _ = count(in: TaskRing(arena: arena, word.ticket.ring)) }
    }

    /// How many there are in a ring; forgets those that were passed.
    ///
    /// - Complexity: O(*n*) in how many places the ring's head has passed since the last call.
    mutating func count(in ring: TaskRing) -> Int {
        guard var places = rings.removeValue(forKey: ring.kind) else { return 0 }
        let (head, count) = ring.extent
        let former = places.head ?? head
        let passed = Self.cut(head &- former)
        if places.head != nil, passed < UInt64(places.positions.count) {
            for offset in 0..<passed { places.positions.remove(Self.cut(former &+ offset)) }
        } else {
            places.positions = places.positions.filter { Self.cut($0 &- head) < UInt64(count) }
        }
        places.head = head
        places.tolerance = max(2 * places.positions.count, Self.leastTolerance)
        rings[ring.kind] = places
        return places.positions.count
    }

    /// A position, or a distance, as tickets have them.
    private static func cut(_ position: UInt64) -> UInt64 { position & Ticket.positionMask }
}

extension PoolCore {
    /// Throws if as many tasks wait for a worker as may.
    func checkRoom(_ limit: Int, _ state: inout State) throws {
        // A task that was just cancelled or has expired does not wait; looking for those takes longer.
        guard rings.count >= limit else { return }
        let waiting = TaskOptions.Priority.allCases.reduce(0) { sum, priority in
            let ring = rings.ring(priority)
            return sum + ring.count - state.leavers.count(in: ring)
        }
        guard waiting >= limit else { return }
        throw MultitaskingError(
            .timedOut,
            "\(limit) tasks wait for a worker, and no room for another became free in time; wait longer, or raise "
                + "the pool's queueLimit")
    }

    /// Notes that a task has left the queue by itself, which its word until then has named.
    func noteLeaver(_ word: SlotWord) {
        if queueLimit != nil { state.withLock { $0.leavers.add(word, in: arena) } }
    }

    /// Ends a task that has waited too long for a worker; false if it has not.
    func expireIfDue(_ slot: TaskSlot) -> Bool {
        guard let word = slot.expireIfDue() else { return false }
        noteLeaver(word)
        return true
    }
}
