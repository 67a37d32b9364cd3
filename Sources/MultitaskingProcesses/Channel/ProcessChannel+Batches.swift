public import MultitaskingCore
import MultitaskingSerialization

// Batches go in runs of up to a segment: see `ChannelQueue+Batches.swift`. Whatever a run cannot do, because it has to
// wait, or needs a block or the next segment, is done for one element as ever.

extension ProcessChannel {
    /// Appends elements, all or as many as fit before the limit passes; see `SendingChannel`.
    ///
    /// If the process dies in the middle, it has sent a prefix of the elements.
    /// - Complexity: O(*n*) in the size of the elements.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func send<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) throws -> Int {
        if isRendezvous { return try sendEach(elements, wait: wait) }
        header.prefetchTail()
        return try membership.withWriter { writer in
            let type = CodedType(Element.self)
            // SAFETY: the elements are not touched after the closure.
            return try unsafe elements.withUnsafeBufferPointer { elements in
                let batch = unsafe Batch(
                    writer: writer, fingerprint: type.fingerprint, count: elements.count,
                    flat: FlatBatchWriter(elements))
                try send(batch, wait) { index in
                    writer.reset()
                    try writer.encode(unsafe elements[index], as: type)
                }
                return batch.done
            }
        }
    }

    /// How far a batch is that is being sent.
    private final class Batch {
        let writer: PayloadWriter
        let fingerprint: UInt64
        let count: Int
        /// Writes the elements without the writer, if they are of a kind that allows it.
        let flat: FlatBatchWriter?
        var done = 0
        /// Whether the element that is next is in the writer.
        var isEncoded = false

        init(writer: PayloadWriter, fingerprint: UInt64, count: Int, flat: FlatBatchWriter?) {
            self.writer = writer
            self.fingerprint = fingerprint
            self.count = count
            self.flat = flat
        }

        func sentOne() {
            done += 1
            isEncoded = false
        }
    }

    private func send(_ batch: Batch, _ wait: WaitLimit, _ encode: (Int) throws -> Void) throws {
        let deadline = Deadline(wait)
        do {
            while batch.done < batch.count {
                if try sendRun(batch, encode) { continue }
                guard batch.done < batch.count else { break }
                if !batch.isEncoded { try encode(batch.done) }
                batch.isEncoded = true
                guard try send(batch.writer, fingerprint: batch.fingerprint, deadline.limit) else { break }
                batch.sentOne()
            }
        } catch  where batch.done > 0 {
            // What was sent before is counted, and the next call throws.
        }
    }

    /// Sends what can be sent without waiting, of small elements; whether that was any.
    private func sendRun(_ batch: Batch, _ encode: (Int) throws -> Void) throws -> Bool {
        // What may go back is found by its cell, so each must describe itself.
        if let flat = batch.flat, !queue.redelivers { return try sendSpans(of: batch, flat) }
        let journal = try membership.beginEntry()
        let before = batch.done
        defer {
            end(journal)
            if batch.done > before { tellReceivers() }
        }
        let start = membership.messageStart
        var failure: (any Error)?
        var byteCount = 0
        let position = queue.sendRun(upTo: batch.count - batch.done, journal: journal) {
            do {
                if !batch.isEncoded { try encode(batch.done) }
            } catch {
                failure = error
                return false
            }
            batch.isEncoded = true
            byteCount = batch.writer.byteCount
            return byteCount <= Cell.inlineCapacity && !batch.writer.hasExports
        } fill: { cell in
            // Inline bytes cannot fail to be stored.
            try? cell.payload.store(batch.writer, byteCount)
            cell.fingerprint.storeRelaxed(batch.fingerprint)
        } sent: {
            batch.sentOne()
        }
        if start != 0, batch.done > before {
            membership.record(.sent, queue.reference, position, count: batch.done - before, since: start)
        }
        if let failure { throw failure }
        return batch.done > before
    }

    /// Sends what can be sent without waiting of a batch that is written without the writer; whether that was any.
    private func sendSpans(of batch: Batch, _ flat: FlatBatchWriter) throws -> Bool {
        let fingerprint = batch.fingerprint
        // SAFETY: the cells are this call's, and there is room in each.
        switch unsafe flat.write {
        case .values(let payloadSize, let headSize, let write):
            return try sendSpans(of: batch, flat.fitting, areDescribedByFirst: true) { first, range in
                let place = unsafe first.reserve(payloadSize, fingerprint, headSize: headSize)
                guard let start = place.baseAddress else { return }
                unsafe write(range, start, Segment.cellStride)
            }
        case .arrays(let write):
            return try sendSpans(of: batch, flat.fitting, areDescribedByFirst: false) { first, range in
                unsafe write(range) { number, byteCount in unsafe first.next(number).reserve(byteCount, fingerprint) }
            }
        }
    }

    /// - Parameters:
    ///   - fitting: as in ``FlatBatchWriter``.
    ///   - areDescribedByFirst: as in `ChannelQueue`.
    ///   - fill: writes the elements in a range, of one at least, into cells from the first one on.
    private func sendSpans(
        of batch: Batch, _ fitting: (Range<Int>, Int) -> Int, areDescribedByFirst: Bool,
        _ fill: (_ first: Cell, _ range: Range<Int>) -> Void
    ) throws -> Bool {
        let journal = try membership.beginEntry()
        let before = batch.done
        var done = before
        defer {
            end(journal)
            batch.done = done
        }
        while done < batch.count {
            let count = fitting(done..<min(batch.count, done &+ Segment.cells), Cell.inlineCapacity)
            guard count > 0 else { break }
            let start = membership.messageStart
            let sent = try queue.sendSpan(
                upTo: count, journal: journal, areDescribedByFirst: areDescribedByFirst
            ) { first, count in
                fill(first, done..<done &+ count)
            }
            guard sent.count > 0 else { break }
            // The next cell is announced after its channel and number, which are not to stand beside this one.
            journal.clear()
            done &+= sent.count
            if start != 0 {
                membership.record(.sent, queue.reference, sent.position, count: sent.count, since: start)
            }
            tellReceivers()
        }
        return done > before
    }

    /// Says that there are elements; what has published them was ordered.
    @inline(__always)
    private func tellReceivers() {
        header.receivers.wakeOne()
        header.notifyWatcher()
    }

    /// Removes and returns up to `count` elements, waiting only for the first; see `ReceivingChannel`.
    ///
    /// If the process dies in the middle, the elements that it has already removed are lost with it.
    /// - Complexity: O(*n*) in the size of the elements.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        guard count > 0 else { return [] }
        try lateFailure.rethrow()
        let known = CodedType(type)
        if let flat = FlatBatchReader<Element>() {
            // Outside of the loop, as it takes the generic type's metadata to find it.
            let payloadSize = flat.payloadSize
            return try flat.elements(expecting: count) { keeper in
                let (read, readAll) = unsafe (keeper.read, keeper.readAll)
                try receive(upTo: count, type, known.fingerprint, wait) { place in
                    if let bytes = try unsafe place.bytes(), unsafe read(bytes) { return }
                    keeper.keep(try reader.read(place) { try $0.decode(type) })
                } takeAll: { first, count in
                    guard let payloadSize, payloadSize <= Cell.inlineCapacity,
                        let start = unsafe first.payload.bytes(payloadSize).baseAddress
                    else { return false }
                    // SAFETY: the cells are this call's, and what is in each is inside of it.
                    unsafe readAll(count, start, Segment.cellStride)
                    return true
                }
            }
        }
        var elements: [Element] = []
        try receive(upTo: count, type, known.fingerprint, wait) { place in
            elements.append(try reader.read(place) { try $0.decode(type, as: known) })
        }
        return elements
    }

    private func receive(
        upTo count: Int, _ type: Any.Type, _ fingerprint: UInt64, _ wait: WaitLimit,
        _ take: (PayloadField) throws -> Void, takeAll: (_ first: Cell, _ count: Int) -> Bool = { _, _ in false }
    ) throws {
        var failure: (any Error)?
        func takes(_ place: PayloadField) -> Bool {
            do { try take(place) } catch { failure = error }
            return failure == nil
        }
        // Elements that were taken as one are all kept, whatever is wrong with one among them.
        func takesAll(_ first: Cell, _ count: Int, _ description: Cell?) {
            if takeAll(first, count) { return }
            for number in 0..<count {
                let cell = first.next(number)
                if let description { cell.describe(as: description) }
                _ = takes(cell.payload)
            }
        }
        var done = receiveRuns(upTo: count, fingerprint, takes, takesAll)
        do {
            while done < count, failure == nil {
                let start = membership.messageStart
                guard let hold = try claim(type, fingerprint: fingerprint, done == 0 ? wait : .never) else { break }
                if start != 0 { record(hold, since: start) }
                let isTaken = takes(queue.cell(hold.claim).payload)
                if isTaken, keepsElements { keep(hold) } else { finish(hold) }
                done += 1
                if isTaken { done += receiveRuns(upTo: count - done, fingerprint, takes, takesAll) }
            }
        } catch  where done > 0 {
            // It stays, and the next call throws.
        }
        guard let failure else { return }
        if done == 1 { throw failure }
        lateFailure.keep(failure)
    }

    /// Takes what is there without waiting; how many.
    private func receiveRuns(
        upTo count: Int, _ fingerprint: UInt64, _ take: (PayloadField) -> Bool,
        _ takeAll: (Cell, Int, Cell?) -> Void
    ) -> Int {
        // The call that waits for the first element throws.
        guard membership.isOfThisProcess else { return 0 }
        var done = 0
        var goesOn = true
        while goesOn, done < count {
            let start = membership.messageStart
            let journal = membership.journal.begin()
            let run = queue.receiveRun(
                upTo: count - done, journal: journal, fingerprint: fingerprint,
                take: { place in
                    goesOn = take(place)
                    return goesOn
                }, takeAll: takeAll)
            end(journal)
            guard run.count > 0 else { break }
            done += run.count
            if start != 0 {
                membership.record(.received, queue.reference, run.position, count: run.count, since: start)
            }
            if queue.isBounded { queue.wakeSender() }
            header.notifyWatcher()
        }
        return done
    }
}
