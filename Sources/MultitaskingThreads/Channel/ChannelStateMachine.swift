internal import MultitaskingCore

/// What a channel holds and what waits for it. Decides under the storage's lock; the storage wakes the waiters it
/// names.
///
/// A waiter is not given anything: it is taken from its list and woken, and tries again. So that no wake-up is lost,
/// every change and every waiter that leaves without success ends in ``settle()``: as long as there is an element and
/// someone waits for one, someone is on the way; the same for room.
///
/// Exits: open → closed → ended; a closed channel still gives what it holds, as does one whose pool has ended.
struct ChannelStateMachine<Element, Waiter>: ~Copyable {
    /// The waiters to wake.
    struct Wakes {
        var receiver: Waiter?
        var sender: Waiter?
        var others: [Waiter] = []
    }

    enum SendResult {
        case accepted(Wakes)
        case full
        case closed
    }

    enum ReceiveResult<Value> {
        case value(Value, Wakes)
        /// The first element is not what was asked for; it stays.
        case refused(Element, Wakes)
        case empty
        /// Empty and closed: there will be no more.
        case ended
    }

    private let capacity: Int?
    private var elements = FIFO<Element>()
    private var isClosed = false
    /// Whether the pool has ended, so that nobody is waited for anymore.
    private var hasEnded = false
    /// Elements that were sent and not reported as done.
    private var unfinished = 0
    /// With the capacity 0: what senders hold out, and how each of them is told that it was taken.
    private var offers = WaitList<Element>()
    private var offerers: [UInt64: Waiter] = [:]
    private var senders = WaitList<Waiter>()
    private var receivers = WaitList<Waiter>()
    private var joiners = WaitList<Waiter>()
    private var lastID: UInt64 = 0
    /// How many elements were sent, and received: the number of the last one. With the capacity 0 that is its id.
    private(set) var sent: UInt64 = 0
    private(set) var received: UInt64 = 0

    init(capacity: Int?) { self.capacity = capacity }

    var status: ChannelStatus { ChannelStatus(count: elements.count, capacity: capacity, isClosed: isClosed) }

    /// Whether an operation would not have to wait.
    func isReady(for operation: ChannelOperation) -> Bool {
        switch operation {
        case .send: isClosed || hasRoom
        case .receive: isClosed || hasElement
        case .join: isJoined || hasEnded
        }
    }

    /// Whether every element was reported as done.
    var isJoined: Bool { unfinished == 0 }

    mutating func send(_ element: Element) -> SendResult {
        if isClosed { return .closed }
        guard hasRoom else { return .full }
        elements.append(element)
        unfinished += 1
        sent &+= 1
        return .accepted(settle())
    }

    /// Takes the first element if `accept` makes a value of it.
    mutating func receive<Value>(_ accept: (Element) -> Value?) -> ReceiveResult<Value> {
        guard let first = first() else { return isClosed ? .ended : .empty }
        guard let value = accept(first) else { return .refused(first, settle()) }
        let offerer = removeFirst()
        var wakes = settle()
        if let offerer { wakes.others.append(offerer) }
        return .value(value, wakes)
    }

    /// Takes in as many elements as there is room for, and drops them from `elements`; nil if the channel is closed.
    mutating func send(contentsOf elements: inout ArraySlice<Element>) -> Wakes? {
        if isClosed { return nil }
        let count = capacity.map { min($0 - self.elements.count, elements.count) } ?? elements.count
        for element in elements.prefix(max(0, count)) { self.elements.append(element) }
        elements.removeFirst(max(0, count))
        unfinished += max(0, count)
        sent &+= UInt64(max(0, count))
        // One is woken for all of them: it wakes the next when it has taken its own and there are more.
        return settle()
    }

    /// Takes the first elements that `accept` accepts, at most `count`.
    mutating func receive(upTo count: Int, _ accept: (Element) -> Bool) -> ReceiveResult<[Element]> {
        guard let first = first() else { return isClosed ? .ended : .empty }
        guard accept(first) else { return .refused(first, settle()) }
        var taken: [Element] = []
        var offerers: [Waiter] = []
        taken.reserveCapacity(min(count, elements.count))
        while taken.count < count, let next = self.first(), accept(next) {
            taken.append(next)
            if let offerer = removeFirst() { offerers.append(offerer) }
        }
        var wakes = settle()
        wakes.others = offerers
        return .value(taken, wakes)
    }

    /// Ends the channel. Returns what was discarded, which the storage releases outside the lock.
    mutating func close(discarding: Bool) -> (discarded: FIFO<Element>, wakes: Wakes) {
        isClosed = true
        var discarded = FIFO<Element>()
        // What is held out is not in the channel: its senders take it back.
        if discarding {
            swap(&discarded, &elements)
            unfinished = max(0, unfinished - discarded.count)
        }
        var wakes = Wakes(others: senders.popAll() + receivers.popAll() + Array(offerers.values))
        if unfinished == 0 { wakes.others += joiners.popAll() }
        return (discarded, wakes)
    }

    /// Closes the channel of a pool that has ended. Whoever waits for reports does so in vain, although what is left
    /// can still be received and reported.
    mutating func end() -> Wakes {
        hasEnded = true
        var wakes = close(discarding: false).wakes
        wakes.others += joiners.popAll()
        return wakes
    }

    /// Counts one element as done; nil if all were.
    mutating func taskDone() -> Wakes? {
        guard unfinished > 0 else { return nil }
        unfinished -= 1
        return Wakes(others: unfinished == 0 ? joiners.popAll() : [])
    }

    /// Adds a waiter; returns the id under which it can leave.
    mutating func enlist(_ waiter: Waiter, for operation: ChannelOperation) -> UInt64 {
        lastID += 1
        switch operation {
        case .send: senders.append(waiter, id: lastID)
        case .receive: receivers.append(waiter, id: lastID)
        case .join: joiners.append(waiter, id: lastID)
        }
        return lastID
    }

    /// Lets a waiter go that gave up. If it was already woken, its wake-up goes to the next.
    mutating func leave(_ id: UInt64, _ operation: ChannelOperation) -> Wakes {
        let wasWaiting =
            switch operation {
            case .send: senders.remove(id: id)
            case .receive: receivers.remove(id: id)
            case .join: joiners.remove(id: id)
            }
        return wasWaiting ? Wakes() : settle()
    }

    private var isRendezvous: Bool { capacity == 0 }
    private var hasElement: Bool { !elements.isEmpty || !offers.isEmpty }

    private var hasRoom: Bool {
        isRendezvous ? !receivers.isEmpty : capacity.map { elements.count < $0 } ?? true
    }

    private mutating func first() -> Element? { isRendezvous ? offers.first() : elements.first }

    /// Takes the first element; how its sender is told, if it was held out.
    private mutating func removeFirst() -> Waiter? {
        guard isRendezvous else {
            _ = elements.popFirst()
            received &+= 1
            return nil
        }
        guard let entry = offers.popFirstEntry() else { return nil }
        received = entry.id
        return offerers.removeValue(forKey: entry.id)
    }

    /// Holds an element out; nil if the channel is closed.
    mutating func offer(_ element: Element, _ waiter: Waiter) -> (id: UInt64, wakes: Wakes)? {
        if isClosed { return nil }
        lastID += 1
        offers.append(element, id: lastID)
        offerers[lastID] = waiter
        unfinished += 1
        sent = lastID
        return (lastID, settle())
    }

    /// Takes back what was held out; nil if it was taken.
    mutating func withdraw(_ id: UInt64) -> Wakes? {
        offerers[id] = nil
        guard offers.remove(id: id) else { return nil }
        unfinished -= 1
        return Wakes(others: unfinished == 0 ? joiners.popAll() : [])
    }

    /// Whom the last one that was enlisted wakes: with the capacity 0, a receiver that waits is what senders wait for.
    mutating func wakesOfEnlisting() -> Wakes { isRendezvous ? settle() : Wakes() }

    /// One waiter of each kind that could go on now.
    private mutating func settle() -> Wakes {
        Wakes(
            receiver: hasElement ? receivers.popFirst() : nil,
            sender: hasRoom && !isClosed ? senders.popFirst() : nil)
    }
}
