package import MultitaskingCore
internal import MultitaskingSerialization

// Batches, each part of which is one request.

extension RemoteChannel {
    /// How many bytes of elements go in one request, at least one element.
    private static let partSize = 1 << 20
    /// How many bytes an element has at most: its size stands before it in four.
    static let greatestElement = Int(UInt32.max)

    @available(*, noasync)
    @discardableResult
    package func send<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) throws -> Int {
        var batch = OutgoingBatch(elements, wait)
        while let request = try batch.next(for: self) {
            guard try batch.take(hub.call(request), of: self) else { break }
        }
        return batch.accepted
    }

    @discardableResult
    package func sendAsynchronously<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) async throws -> Int {
        var batch = OutgoingBatch(elements, wait)
        do {
            while let request = try batch.next(for: self) {
                guard try batch.take(try await hub.callAsynchronously(request), of: self) else { break }
            }
        } catch is CancellationError where batch.accepted > 0 {}
        return batch.accepted
    }

    @available(*, noasync)
    package func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        guard let request = try receiving(upTo: count, as: type, wait) else { return [] }
        return try elements(of: hub.call(request), as: type)
    }

    package func receiveAsynchronously<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) async throws -> [Element] {
        guard let request = try receiving(upTo: count, as: type, wait) else { return [] }
        return try elements(of: try await hub.callAsynchronously(request), as: type)
    }

    private func receiving<Element>(upTo count: Int, as type: Element.Type, _ wait: WaitLimit) throws -> HubRequest? {
        guard count > 0 else { return nil }
        try lateFailure.rethrow()
        var writer = ByteWriter()
        writer.add(UInt32(clamping: count))
        writer.add(UInt32(Self.partSize))
        return request(.receiveMany, number: TypeFingerprint.of(type), wait: wait, writer.bytes)
    }

    private func elements<Element: Codable & Sendable>(
        of answer: HubAnswer, as type: Element.Type
    ) throws -> [Element] {
        switch answer.code {
        case .wrongType: throw TypeFingerprint.mismatch(found: answer.number, expected: type)
        case .no, .closed, .noSuchObject, .invalid, .lost: return []
        case .ok: break
        }
        var reader = ByteReader(answer.tail.array)
        var elements: [Element] = []
        while !reader.isAtEnd {
            do {
                let bytes = try reader.next(try reader.next(UInt32.self))
                elements.append(try unsafe bytes.withUnsafeBytes { try unsafe decode(type, from: $0) })
            } catch {
                // In an answer that is damaged, nothing is told apart from here on.
                let isDamaged = error is FrameError
                if !isDamaged { giveBack(reader.rest(), number: TypeFingerprint.of(type)) }
                let failure = isDamaged ? MultitaskingError(.decodeFailed, of: error) : error
                guard !elements.isEmpty else { throw failure }
                lateFailure.keep(failure)
                return elements
            }
        }
        return elements
    }

    /// Returns elements that were taken and are not to be received yet to the front of the channel, for whoever comes
    /// next.
    private func giveBack(_ elements: ArraySlice<UInt8>, number: UInt64) {
        guard !elements.isEmpty else { return }
        // What follows on this link finds them there.
        hub.ask(request(.giveBack, number: number, Array(elements)))
    }

    /// A batch on its way.
    private struct OutgoingBatch<Element: Codable & Sendable> {
        private var rest: ArraySlice<Element>
        private let wait: WaitLimit
        private let deadline: WaitDeadline
        private var partCount = 0
        private(set) var accepted = 0

        init(_ elements: ArraySlice<Element>, _ wait: WaitLimit) {
            rest = elements
            self.wait = wait
            deadline = WaitDeadline(wait, timeline: nil)
        }

        /// The request for the next part; nil if there is none.
        ///
        /// - Throws: what encoding the first element throws. An error of a later one ends the batch before it.
        mutating func next(for channel: RemoteChannel) throws -> HubRequest? {
            guard !rest.isEmpty else { return nil }
            var writer = ByteWriter()
            partCount = 0
            for element in rest where writer.bytes.count < RemoteChannel.partSize {
                do {
                    let bytes = try channel.encode(element)
                    writer.add(UInt32(bytes.count))
                    writer.add(bytes)
                    partCount += 1
                } catch {
                    if accepted + partCount == 0 { throw error }
                    rest = rest.prefix(partCount)
                    break
                }
            }
            guard partCount > 0 else { return nil }
            return channel.request(
                .sendMany, number: TypeFingerprint.of(Element.self), wait: wait == .never ? .never : deadline.remaining,
                writer.bytes)
        }

        /// Counts what was accepted of a part; whether there is more to send.
        mutating func take(_ answer: HubAnswer, of channel: RemoteChannel) throws -> Bool {
            switch answer.code {
            case .ok:
                let count = min(Int(clamping: answer.number), partCount)
                accepted += count
                rest = rest.dropFirst(count)
                return count == partCount
            case .no: return false
            case .invalid:
                if accepted == 0 { throw RemoteChannel.refusal(answer) }
                return false
            case .closed, .noSuchObject, .wrongType:
                if accepted == 0 { throw MultitaskingError.channelIsClosed }
                return false
            case .lost:
                if accepted == 0 { throw channel.hub.lossError }
                return false
            }
        }
    }
}
