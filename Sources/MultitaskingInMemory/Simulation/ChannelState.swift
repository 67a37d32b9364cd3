internal import MultitaskingCore

/// What a channel holds.
struct ChannelState: Sendable {
    struct Element: Sendable {
        var bytes: [UInt8]
        /// The shared values that it refers to.
        var held: [any SharedObject]
        var fingerprint: UInt64

        init(_ payload: SimulatedPayload, fingerprint: UInt64) {
            bytes = payload.bytes
            held = payload.held
            self.fingerprint = fingerprint
        }
    }

    let options: ChannelOptions
    private(set) var isClosed = false
    /// Whether the pool has ended, so that nobody is waited for anymore.
    private(set) var hasEnded = false
    /// Until when it pretends to have no room.
    var fullUntil: Nanoseconds = 0
    private var elements: [Element] = []
    private var head = 0
    private(set) var byteCount = 0
    private var unfinished = 0
    /// With the capacity 0: what senders hold out, each under a number of its own.
    private(set) var offers: [(id: Int, element: Element)] = []

    init(_ options: ChannelOptions) { self.options = options }

    var count: Int { elements.count - head }

    func hasRoom(at now: Nanoseconds) -> Bool {
        now >= fullUntil && count < options.capacity ?? .max && byteCount < options.byteCapacity ?? .max
    }

    var isJoined: Bool { unfinished == 0 }
    var first: Element? { count > 0 ? elements[head] : offers.first?.element }
    var isRendezvous: Bool { options.capacity == 0 }

    mutating func offer(_ element: Element, id: Int) {
        offers.append((id, element))
        unfinished += 1
    }

    /// Takes back what was held out; nil if it was taken.
    mutating func withdraw(_ id: Int) -> Element? {
        guard let index = offers.firstIndex(where: { $0.id == id }) else { return nil }
        unfinished -= 1
        return offers.remove(at: index).element
    }

    mutating func append(_ element: Element) {
        elements.append(element)
        byteCount += element.bytes.count
        unfinished += 1
    }

    mutating func removeFirst() -> Element {
        if isRendezvous { return offers.removeFirst().element }
        let element = elements[head]
        elements[head].bytes = []
        elements[head].held = []
        head += 1
        byteCount -= element.bytes.count
        if head == elements.count || head > 64 && head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Puts back the elements that a dead worker had taken, in the order in which it took them.
    mutating func putBack(_ taken: [Element]) {
        elements.insert(contentsOf: taken, at: head)
        for element in taken { byteCount += element.bytes.count }
    }

    /// Returns what was discarded, to be released outside of the lock.
    mutating func close(discarding: Bool) -> ArraySlice<Element> {
        isClosed = true
        // What is held out is its sender's.
        guard discarding, !isRendezvous else { return [] }
        let discarded = elements[head...]
        unfinished = max(0, unfinished - discarded.count)
        (elements, head, byteCount) = ([], 0, 0)
        return discarded
    }

    /// Closes the channel of a pool that has ended. What is left can still be received.
    mutating func end() {
        hasEnded = true
        _ = close(discarding: false)
    }

    /// Counts one element as done; false if all were.
    mutating func finish() -> Bool {
        guard unfinished > 0 else { return false }
        unfinished -= 1
        return true
    }

    func status(at now: Nanoseconds) -> ChannelStatus {
        ChannelStatus(
            count: count, capacity: options.capacity,
            byteCount: options.byteCapacity == nil ? nil : byteCount, byteCapacity: options.byteCapacity,
            isClosed: isClosed)
    }
}
