public import MultitaskingCore
import MultitaskingSerialization

/// A queue in the pool's shared memory, for any number of senders and receivers in any of its processes.
///
/// ```swift
/// let channel = try pool.makeChannel(capacity: 10)
/// _ = try channel.send(1, wait: .forever)
/// ```
///
/// Elements are received in the order in which they were accepted, and the elements of one sender keep their order.
/// Elements of up to 88 encoded bytes are stored in the queue itself, larger ones in separate blocks. If a process dies
/// in the middle of a call, the channel stays usable: an element that it was sending was never sent, and an element
/// that it was receiving is lost, or returns if the channel redelivers.
///
/// A channel that redelivers keeps each element that a task received until the task reports it with ``taskDone()`` or
/// ends. If the task's process dies before that, because of a crash, a time limit, or a forced cancellation, the
/// element is received again, once for each such death. Returned elements come before elements that were never
/// received, in the order in which they were sent. They need no room, because capacities only limit elements that were
/// never received. Elements that the parent receives don't return.
///
/// When the pool ends, its channels are closed, and the parent can receive the remaining elements. A channel doesn't
/// close automatically when the tasks that send to it have ended, because a later task may send to it, too: a receive
/// without a limit waits for that task, or until the channel is closed. Close the channel once everything has been
/// sent, for example when the last sender's result arrives.
///
/// ``ProcessPool/makeChannel(_:)`` creates a channel; tasks access it through their context. When the client releases
/// its last handle, the channel and its elements are freed.
public final class ProcessChannel: OfferingChannel {
    let membership: LocalMember
    let queue: ChannelQueue
    let header: ChannelHeader
    let lateFailure = LateFailure()
    /// How to wait for room, and for elements.
    let (sendPace, receivePace) = (Pace(), Pace())
    /// Gives the channel's place back, in the client.
    private let onRelease: (@Sendable () -> Void)?
    let reader: PayloadFieldReader

    /// The count of senders in the client, if the channel closes with them.
    public let senderLedger: SenderLedger?

    init(
        membership: LocalMember, index: Int, serial: UInt64, closesWithSenders: Bool = false,
        onRelease: (@Sendable () -> Void)? = nil
    ) {
        self.membership = membership
        reader = membership.makeReader()
        self.onRelease = onRelease
        header = membership.arena.channel(index)
        let queue = ChannelQueue(header: header, serial: serial, membership: membership)
        self.queue = queue
        senderLedger =
            closesWithSenders
            ? SenderLedger {
                // A copy of this process has copies of the senders.
                if membership.isClient, membership.isOfThisProcess { queue.close() }
            } : nil
    }

    /// The channel behind a reference.
    convenience init(_ reference: SharedObjectID, membership: LocalMember) throws {
        let (index, serial) = (reference.index, reference.serial)
        let isForeign = membership.arena.isForeign(reference)
        guard index < ArenaLayout.channelLimit else { throw MultitaskingError.missing(.channel, isForeign: isForeign) }
        self.init(membership: membership, index: index, serial: serial)
        guard queue.isLive else { throw MultitaskingError.missing(.channel, isForeign: isForeign) }
    }

    deinit { onRelease?() }

    /// The name under which workers find this channel.
    public var reference: SharedObjectID { queue.reference }

    /// The current state of the channel.
    /// - Complexity: O(*n*) in the number of elements sent since this process last checked, and in the number of
    ///   segments while returned elements are queued.
    public var status: ChannelStatus {
        let returned = queue.returned
        let countsBytes = queue.byteCapacity != 0
        return ChannelStatus(
            count: queue.count &+ returned.count, capacity: capacity,
            byteCount: countsBytes ? Int(clamping: queue.byteCount &+ returned.bytes) : nil,
            byteCapacity: countsBytes ? Int(clamping: queue.byteCapacity) : nil, isClosed: queue.isClosed)
    }

    private var capacity: Int? {
        queue.isRendezvous ? 0 : queue.capacity == 0 ? nil : Int(clamping: queue.capacity)
    }

    /// Removes and returns the first element; see `Channel.receive(as:wait:)`.
    /// - Complexity: O(*n*) in the size of the element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receive<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never
    ) throws -> Element? {
        try lateFailure.rethrow()
        let known = CodedType(type)
        // As large, and as aligned, as any value that is read so.
        var storage = SIMD64<UInt8>()
        switch try unsafe withUnsafeMutablePointer(to: &storage, { try unsafe take(type, known, wait, to: $0) }) {
        case .value:
            // SAFETY: `take` has made a value of the type, and left it to this call.
            return unsafe withUnsafeMutablePointer(to: &storage) {
                unsafe UnsafeMutableRawPointer($0).assumingMemoryBound(to: type).move()
            }
        case .element(let hold): return try decode(hold, as: type, known)
        case .nothing: return nil
        }
    }

    /// What a call has received.
    private enum Received {
        /// A value, which is in the storage.
        case value
        /// An element that takes a reader.
        case element(Hold)
        case nothing
    }

    // Not generic: see `send`.
    @unsafe
    private func take(
        _ type: Any.Type, _ known: CodedType, _ wait: WaitLimit, to storage: UnsafeMutableRawPointer
    ) throws -> Received {
        let start = membership.messageStart
        guard let hold = try claimAtOnce(known) ?? claim(type, fingerprint: known.fingerprint, wait) else {
            return .nothing
        }
        if start != 0 { record(hold, since: start) }
        // SAFETY: the cell is this call's until it is finished.
        guard let bytes = try? unsafe queue.cell(hold.claim).payload.bytes(),
            unsafe known.readFlat(bytes, to: storage)
        else { return .element(hold) }
        if keepsElements { keep(hold) } else { finish(hold) }
        return .value
    }

    @inline(__always)
    private func claimAtOnce(_ type: CodedType) -> Hold? {
        // Elements that went back come first.
        guard !queue.redelivers, membership.isOfThisProcess else { return nil }
        let journal = membership.journal.begin()
        guard let claim = queue.receiveAtOnce(journal: journal, fingerprint: type.fingerprint) else {
            end(journal)
            return nil
        }
        return Hold(claim: claim, journal: journal)
    }

    /// Reads the element of a claim, which is settled whatever comes of that. Its type is given, because that of the
    /// result is ambiguous where an element may be nil.
    @inline(never)
    private func decode<Element: Decodable>(
        _ hold: Hold, as type: Element.Type, _ known: CodedType
    ) throws -> Element {
        let element: Element
        do {
            element = try reader.read(queue.cell(hold.claim).payload) { try $0.decode(type, as: known) }
        } catch {
            finish(hold)
            throw error
        }
        if keepsElements { keep(hold) } else { finish(hold) }
        return element
    }

    /// An element that is being taken, and the journal entry that says so.
    struct Hold {
        let claim: ChannelQueue.Claim
        let journal: JournalEntry
    }

    private enum Attempt {
        case element(Hold)
        /// There is none now.
        case empty
        /// There is none, and none will come.
        case ended
    }

    /// The first element; nil if there was none until the limit, or none will ever come.
    func claim(_ type: Any.Type, fingerprint: UInt64, _ wait: WaitLimit) throws -> Hold? {
        var attempt = try claimOnce(type, fingerprint: fingerprint)
        if case .empty = attempt {
            let presence = queue.isRendezvous && wait != .never ? Presence(in: queue) : nil
            defer { presence?.leave() }
            attempt =
                try membership.wait(
                    wait, for: .element, on: header.receivers,
                    spin: { [queue] in queue.hasElement || queue.hasReturned || queue.isClosed },
                    isReady: { [queue] in queue.isReadyToReceive || queue.isClosed },
                    nap: {
                        receivePace.nap(
                            in: header.receiverNaps, ending: header.senderNaps, at: header.head.load().position,
                            left: $0)
                    }, slept: receivePace.slept
                ) {
                    presence?.renew()
                    let attempt = try claimOnce(type, fingerprint: fingerprint)
                    if case .empty = attempt { return nil }
                    return attempt
                } ?? .empty
        }
        if case .element(let hold) = attempt { return hold }
        return nil
    }

    @inline(__always)
    private func claimOnce(_ type: Any.Type, fingerprint: UInt64) throws -> Attempt {
        // Asked before: if the channel was closed by then, what is not in it yet never will be.
        let isClosed = queue.isClosed
        // ORDERING: before the cells. A sender that claims one and then does not see the flag has claimed it before
        // this looks; see `ChannelQueue.send`.
        if isClosed { fence() }
        let journal = try membership.beginEntry()
        var isHeld = false
        defer {
            if !isHeld { end(journal) }
        }
        switch try receive(journal: journal, fingerprint: fingerprint) {
        case .element(let claim):
            isHeld = true
            return .element(Hold(claim: claim, journal: journal))
        case .otherType(let found):
            throw mismatch(found, type)
        case .empty:
            return isClosed ? .ended : .empty
        }
    }

    @inline(__always)
    private func receive(journal: JournalEntry, fingerprint: UInt64) throws -> ChannelQueue.Receipt {
        guard queue.redelivers else {
            return try queue.receive(journal: journal, fingerprint: fingerprint, as: .reading)
        }
        if keepsElements { membership.noteHolding() }
        let state: CellWord.State = keepsElements ? .taken : .reading
        let returned = queue.receiveReturned(journal: journal, fingerprint: fingerprint, as: state)
        guard case .empty = returned else { return returned }
        return try queue.receive(journal: journal, fingerprint: fingerprint, as: state)
    }

    private func mismatch(_ found: UInt64, _ type: Any.Type) -> any Error {
        func mismatch<Element>(_ type: Element.Type) -> any Error {
            TypeFingerprint.mismatch(found: found, expected: type)
        }
        return _openExistential(type, do: mismatch)
    }

    /// Writes down that an element was received.
    func record(_ hold: Hold, since start: Int64) {
        membership.record(.received, queue.reference, queue.position(of: hold.claim), count: 1, since: start)
    }

    /// Whether what is received goes back if this process dies. The client's death ends the pool.
    @inline(__always)
    var keepsElements: Bool { queue.redelivers && !membership.isClient }

    /// Keeps an element for ``taskDone()``.
    func keep(_ hold: Hold) {
        membership.holdings.add(hold.claim, of: queue)
        end(hold.journal)
        if queue.isBounded { queue.wakeSender() }
        header.notifyWatcher()
    }

    /// Gives the cell of an element back that was taken.
    @inline(__always)
    func finish(_ hold: Hold) {
        if keepsElements {
            // It could not be decoded, and would not be the next time either.
            queue.settle(hold.claim, journal: hold.journal, isDone: true)
        } else {
            membership.release(queue.cell(hold.claim).payload)
            queue.finish(hold.claim)
        }
        end(hold.journal)
        if queue.isBounded { queue.wakeSender() }
        header.notifyWatcher()
    }

    @inline(__always)
    func end(_ journal: JournalEntry) {
        journal.clear()
        membership.journal.end(journal)
    }

    /// Closes the channel; see `Channel.close(discarding:)`.
    /// - Complexity: O(*n*) in the number of elements when discarding.
    @discardableResult
    public func close(discarding: Bool = false) -> Int {
        guard membership.isOfThisProcess else { return 0 }
        // What is held out is its sender's, which takes it back.
        guard discarding, !queue.isRendezvous else {
            queue.close()
            return 0
        }
        let flags = ChannelHeader.closedFlag | ChannelHeader.discardsFlag
        guard header.close(with: flags, serial: queue.serial) else { return 0 }
        fence()
        var discarded = 0
        while discardOne() { discarded += 1 }
        header.wakeAll()
        return discarded
    }

    private func discardOne() -> Bool {
        membership.journal.withEntry { journal in
            defer { journal.clear() }
            var receipt = queue.receiveReturned(journal: journal, fingerprint: nil, as: .reading)
            if case .empty = receipt {
                receipt = (try? queue.receive(journal: journal, fingerprint: nil, as: .reading)) ?? .empty
            }
            guard case .element(let claim) = receipt else { return false }
            membership.release(queue.cell(claim).payload)
            DroppedElementCount(header: header).add(for: journal)
            queue.finish(claim)
            return true
        }
    }

    // MARK: Joining

    private var isJoined: Bool { !queue.isLive || queue.isJoined }

    /// Reports that one received element has been processed.
    ///
    /// In a channel that redelivers, this reports the oldest element that the task has received but not reported, which
    /// then no longer returns. A task without such elements, and the parent, report an element of a receiver that ended
    /// without reporting it.
    public func taskDone() throws {
        try membership.checkProcess()
        if queue.redelivers, let claim = membership.holdings.takeFirst(of: queue) {
            membership.journal.withEntry { journal in
                defer { journal.clear() }
                queue.settle(claim, journal: journal, isDone: true)
            }
            return wakeJoiners()
        }
        while true {
            let finished = header.finished.load()
            guard queue.isLive else { throw MultitaskingError.missing(.channel, isForeign: false) }
            guard !queue.isJoined else {
                throw MultitaskingError(
                    .invalidArgument,
                    "taskDone() was called more often than elements were sent; call it once for each received element")
            }
            if header.finished.compareExchange(finished, finished &+ 1) { break }
        }
        wakeJoiners()
    }

    private func wakeJoiners() {
        fence()
        if isJoined { header.joiners.wakeAll() }
        header.notifyWatcher()
    }

    /// Blocks until every element sent so far has been reported with ``taskDone()``; false if the limit passes or the
    /// pool ends first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func join(wait: WaitLimit = .forever) -> Bool {
        guard membership.isOfThisProcess else { return false }
        return membership.wait(wait, for: .change, on: header.joiners, isReady: { isJoined || queue.hasEnded }) {
            isJoined ? true : queue.hasEnded ? false : nil
        } ?? false
    }

    /// Suspends until `operation` may succeed; see `Channel.waitUntilReady(for:wait:)`.
    ///
    /// - Throws: `shutDown` if the pool has ended with unreported elements; `CancellationError` if the awaiting task is
    ///   cancelled.
    public func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws {
        try membership.checkProcess()
        let (header, queue) = (header, queue)
        let presence = queue.isRendezvous && operation == .receive ? Presence(in: queue) : nil
        defer { presence?.leave() }
        _ = try await membership.watcher.wait(wait, forObject: header.changeNumber) {
            presence?.renew()
            header.watched.store(1)
            fence()
            return queue.isReady(for: operation)
        }
        if operation == .join, queue.hasEnded, !isJoined {
            throw MultitaskingError.endedUnreported
        }
    }
}
