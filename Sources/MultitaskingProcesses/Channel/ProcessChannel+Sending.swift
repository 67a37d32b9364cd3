public import MultitaskingCore
import MultitaskingSerialization

extension ProcessChannel {
    /// Appends `element`; see `Channel.send(_:wait:)`.
    /// - Complexity: O(*n*) in the size of the element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit = .never) throws -> Bool {
        header.prefetchTail()
        let type = CodedType(Element.self)
        // SAFETY: the element is where it is until the call returns.
        let isSent = try unsafe withUnsafePointer(to: element) {
            try unsafe sendFlat(UnsafeRawPointer($0), as: type, wait)
        }
        if let isSent { return isSent }
        return try membership.withWriter { writer in
            try writer.encode(element, as: type)
            return try send(writer, fingerprint: type.fingerprint, wait)
        }
    }

    // What follows the look-up of the type is not generic: code that is costs a look-up of types at run time for each
    // step, as the element's type is not known where this module is compiled.

    /// Sends the element at an address if it can be written to the cell without a writer; nil if not.
    @unsafe
    private func sendFlat(_ start: UnsafeRawPointer, as type: CodedType, _ wait: WaitLimit) throws -> Bool? {
        guard let count = unsafe type.flatByteCount(ofValueAt: start), count <= Cell.inlineCapacity, !queue.isRendezvous
        else { return nil }
        let begin = membership.messageStart
        return try send(wait) {
            try sendOnce(begin) { journal in
                try queue.send(journal: journal, byteCount: count) { cell in
                    // SAFETY: the cell is this call's, and there is room for so many bytes.
                    unsafe type.writeFlat(valueAt: start, to: cell.payload.reserve(count))
                    cell.fingerprint.storeRelaxed(type.fingerprint)
                }
            }
        }
    }

    func send(_ writer: PayloadWriter, fingerprint: UInt64, _ wait: WaitLimit) throws -> Bool {
        if queue.isRendezvous { return try handOver(writer, fingerprint, wait) }
        let start = membership.messageStart
        let count = writer.byteCount
        return try send(wait) {
            try sendOnce(start) { journal in
                count <= Cell.inlineCapacity && !writer.hasExports
                    ? try sendInline(writer, count, fingerprint, journal)
                    : try sendBlock(writer, fingerprint, journal)
            }
        }
    }

    /// Calls `attempt` until it has sent, at least once; false if there was no room until the limit.
    ///
    /// - Parameter attempt: true when sent, nil when full.
    @inline(__always)
    private func send(_ wait: WaitLimit, _ attempt: () throws -> Bool?) throws -> Bool {
        try attempt() ?? waitToSend(wait, attempt)
    }

    @inline(never)
    private func waitToSend(_ wait: WaitLimit, _ attempt: () throws -> Bool?) throws -> Bool {
        var watch = SendBackoff(queue)
        let result = try membership.wait(
            wait, for: .room, on: header.senders, spin: { watch.isOver() },
            isReady: { !queue.isFull || queue.isClosed },
            nap: {
                sendPace.nap(in: header.senderNaps, ending: header.receiverNaps, at: header.tail.load(), left: $0)
            }, slept: sendPace.slept, attempt: attempt)
        return result ?? false
    }

    /// True when sent, nil when full.
    ///
    /// - Parameters:
    ///   - start: when the call began; see `LocalMember.messageStart`.
    ///   - send: sends the element to the queue.
    @inline(__always)
    private func sendOnce(
        _ start: Int64, _ send: (JournalEntry) throws -> ChannelQueue.SendResult
    ) throws -> Bool? {
        let journal = try membership.beginEntry()
        defer { end(journal) }
        switch try send(journal) {
        case .sent(let position):
            header.receivers.wakeOne()
            header.notifyWatcher()
            if start != 0 { membership.record(.sent, queue.reference, position, count: 1, since: start) }
            return true
        case .full:
            return nil
        case .closed:
            throw MultitaskingError(.closed, "the channel is closed and takes no more elements; make a new one")
        }
    }

    @inline(__always)
    private func sendInline(
        _ writer: PayloadWriter, _ count: Int, _ fingerprint: UInt64, _ journal: JournalEntry
    ) throws -> ChannelQueue.SendResult {
        try queue.send(journal: journal, byteCount: count) { cell in
            // Inline bytes cannot fail to be stored.
            try? cell.payload.store(writer, count)
            cell.fingerprint.storeRelaxed(fingerprint)
        }
    }

    @inline(never)
    private func sendBlock(
        _ writer: PayloadWriter, _ fingerprint: UInt64, _ journal: JournalEntry
    ) throws -> ChannelQueue.SendResult {
        if queue.isClosed { return .closed }
        if queue.isFull { return .full }
        let payload = try PayloadBlock(
            writer, arena: membership.arena, heap: membership.heap, journal: journal,
            compression: membership.compression)
        let result: ChannelQueue.SendResult
        do {
            result = try queue.send(journal: journal, byteCount: writer.byteCount) { cell in
                cell.payload.adopt(payload)
                cell.fingerprint.storeRelaxed(fingerprint)
            }
        } catch {
            membership.heap.free(payload.block)
            throw error
        }
        if !result.isSent { membership.heap.free(payload.block) }
        return result
    }
}
