package import MultitaskingCore
internal import MultitaskingSerialization
internal import Synchronization

/// A channel of a hub: each call is a request to it.
package final class RemoteChannel: Channel {
    package let reference: SharedObjectID
    let hub: HubClient
    /// Whether the channel is gone with this object: in the process that made it.
    private let isOwner: Bool
    /// What elements find when they are decoded.
    let environment: (any TaskEnvironment)?
    package let senderLedger: SenderLedger?
    /// Why an element of a batch could not be decoded, for the next call.
    let lateFailure = LateFailure()
    /// The shared values that were sent, which stay as long as the channel.
    private let sent = Mutex<[ObjectIdentifier: any SharedObject]>([:])

    init(
        _ reference: SharedObjectID, _ hub: HubClient, isOwner: Bool = false, environment: (any TaskEnvironment)? = nil,
        closesWithSenders: Bool = false
    ) {
        self.reference = reference
        self.hub = hub
        self.isOwner = isOwner
        self.environment = environment
        senderLedger = closesWithSenders ? SenderLedger { hub.ask(HubRequest(.close, reference)) } : nil
    }

    /// Makes a channel; its options are valid.
    package static func make(
        _ options: ChannelOptions, _ reference: SharedObjectID, at hub: HubClient
    ) -> RemoteChannel {
        var writer = ByteWriter()
        writer.add(options.capacity.map(UInt64.init) ?? .max)
        writer.add(options.byteCapacity.map(UInt64.init) ?? .max)
        writer.add(UInt8(options.redelivers ? 1 : 0))
        hub.ask(HubRequest(.makeChannel, reference, bytes: writer.bytes))
        return RemoteChannel(reference, hub, isOwner: true, closesWithSenders: options.closesWithSenders)
    }

    deinit { if isOwner { hub.ask(HubRequest(.drop, reference)) } }

    // MARK: Requests

    func request(
        _ operation: HubOperation, number: UInt64 = 0, wait: WaitLimit = .never, _ bytes: [UInt8] = []
    ) -> HubRequest { HubRequest(operation, reference, number: number, wait: wait, bytes: bytes) }

    @available(*, noasync)
    private func call(_ request: HubRequest) -> HubAnswer { hub.call(request) }

    // MARK: Status and end

    package var status: ChannelStatus { Self.status(hub.call(request(.status))) }

    package func currentStatus() async throws -> ChannelStatus {
        Self.status(try await hub.callAsynchronously(request(.status)))
    }

    private static func status(_ answer: HubAnswer) -> ChannelStatus {
        let gone = ChannelStatus(count: 0, capacity: nil, isClosed: true)
        guard answer.code == .ok else { return gone }
        var reader = ByteReader(answer.tail.array)
        func next() throws -> Int? {
            let number = try reader.next(UInt64.self)
            return number == .max ? nil : Int(clamping: number)
        }
        do {
            return ChannelStatus(
                count: try next() ?? 0, capacity: try next(), byteCount: try next(), byteCapacity: try next(),
                isClosed: answer.number != 0)
        } catch { return gone }
    }

    package func close(discarding: Bool) -> Int {
        Int(clamping: hub.call(request(.close, number: discarding ? 1 : 0)).number)
    }

    package func closeAsynchronously(discarding: Bool) async throws -> Int {
        Int(clamping: try await hub.callAsynchronously(request(.close, number: discarding ? 1 : 0)).number)
    }

    // MARK: One element

    @available(*, noasync)
    package func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool {
        try isAccepted(call(try sending(element, wait)))
    }

    package func sendAsynchronously<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit
    ) async throws -> Bool { try isAccepted(try await hub.callAsynchronously(try sending(element, wait))) }

    private func sending<Element: Codable & Sendable>(_ element: Element, _ wait: WaitLimit) throws -> HubRequest {
        request(.send, number: TypeFingerprint.of(Element.self), wait: wait, try encode(element))
    }

    private func isAccepted(_ answer: HubAnswer) throws -> Bool {
        switch answer.code {
        case .ok: return true
        case .no: return false
        case .invalid: throw Self.refusal(answer)
        case .closed, .noSuchObject, .wrongType: throw MultitaskingError.channelIsClosed
        case .lost: throw hub.lossError
        }
    }

    /// The error of what was not taken, which says why if it is too large.
    static func refusal(_ answer: HubAnswer) -> MultitaskingError {
        let reason = answer.tail.text
        return reason.isEmpty ? .channelIsClosed : MultitaskingError(.encodeFailed, reason)
    }

    @available(*, noasync)
    package func receive<Element: Codable & Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element? {
        try lateFailure.rethrow()
        return try element(of: call(request(.receive, number: TypeFingerprint.of(type), wait: wait)), as: type)
    }

    package func receiveAsynchronously<Element: Codable & Sendable>(
        as type: Element.Type, wait: WaitLimit
    ) async throws -> Element? {
        try lateFailure.rethrow()
        let request = request(.receive, number: TypeFingerprint.of(type), wait: wait)
        return try element(of: try await hub.callAsynchronously(request), as: type)
    }

    private func element<Element: Codable & Sendable>(of answer: HubAnswer, as type: Element.Type) throws -> Element? {
        switch answer.code {
        case .ok: return try unsafe answer.tail.withBytes { unsafe try decode(type, from: $0) }
        case .wrongType: throw TypeFingerprint.mismatch(found: answer.number, expected: type)
        case .no, .closed, .noSuchObject, .invalid, .lost: return nil
        }
    }

    func encode<Element: Encodable>(_ element: Element) throws -> [UInt8] {
        let writer = PayloadWriter(home: hub.shares)
        do { try writer.encode(element) } catch let error as MultitaskingError { throw error } catch {
            throw MultitaskingError(.encodeFailed, of: error)
        }
        guard writer.byteCount <= Self.greatestElement else {
            throw MultitaskingError(
                .encodeFailed,
                "an element of \(writer.byteCount) bytes is too large for a channel of a cluster, which takes "
                    + "\(Self.greatestElement) at most; share the value, or send it in parts")
        }
        if let exports = writer.exports, !exports.isEmpty {
            // Nobody says when a receiver has them.
            sent.withLock { sent in for object in exports.objects { sent[ObjectIdentifier(object)] = object } }
        }
        return try writer.bytes()
    }

    func decode<Element: Decodable>(_ type: Element.Type, from bytes: UnsafeRawBufferPointer) throws -> Element {
        let environment = environment ?? ParentEnvironment(hub.shares)
        // SAFETY: the reader is gone before the caller's bytes are.
        return try unsafe PayloadReader(bytes, environment: environment).decode(type)
    }

    // MARK: Join

    package func taskDone() throws { try check(hub.call(request(.taskDone))) }

    package func taskDoneAsynchronously() async throws {
        try check(try await hub.callAsynchronously(request(.taskDone)))
    }

    private func check(_ answer: HubAnswer) throws {
        guard answer.code == .invalid else { return }
        throw MultitaskingError(.invalidArgument, "taskDone() was called more often than elements were sent")
    }

    @available(*, noasync)
    package func join(wait: WaitLimit) -> Bool { call(request(.join, wait: wait)).code == .ok }

    package func joinAsynchronously(wait: WaitLimit) async throws -> Bool {
        try await hub.callAsynchronously(request(.join, wait: wait)).code == .ok
    }
}
