import MultitaskingCore
import MultitaskingSystem
import RemoteWorkers
import Synchronization
import Testing

/// A client whose hub is a script of the test.
private final class ScriptedHub: Sendable {
    let requests: RequestTable
    let client: HubClient
    let peer: FrameLink
    private let link: FrameLink

    /// - Parameter answer: what the hub does about a frame.
    init(_ answer: @escaping @Sendable (Frame, FrameLink) -> Void) throws {
        let (link, peer) = try linkPair()
        self.link = link
        self.peer = peer
        requests = RequestTable(link)
        client = HubClient(requests, pool: 5)
        try SystemThread(name: "hub") { _ = peer.receive { answer($0, peer) } }.detach()
        try SystemThread(name: "client") { [requests, client] in
            _ = link.receive { frame in
                switch frame.kind {
                case .answer: try requests.deliver(frame)
                case .signals: try client.takeSignals(frame)
                default: break
                }
            }
        }.detach()
    }

    func close() {
        link.close()
        peer.close()
    }
}

private func answer(_ code: HubAnswer.Code, number: UInt64 = 0, _ bytes: [UInt8] = []) -> [UInt8] {
    var writer = ByteWriter()
    writer.add(code.rawValue)
    writer.add(number)
    writer.add(bytes)
    return writer.bytes
}

/// A number that cannot be decoded if it is negative.
struct Picky: Codable, Equatable, Sendable, ExpressibleByIntegerLiteral {
    let number: Int

    init(integerLiteral value: Int) { number = value }

    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        if number < 0 { throw MultitaskingError(.decodeFailed, "\(number)") }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// What a hub does about one channel's elements.
private final class ScriptedChannel: Sendable {
    private let elements = Mutex<[[UInt8]]>([])

    func answerRequest(_ frame: Frame, _ peer: FrameLink) {
        var reader = frame.reader
        guard let head = try? reader.next(29), let operation = HubOperation(rawValue: head[head.startIndex + 4]) else {
            return
        }
        let bytes: [UInt8] = elements.withLock { elements in
            switch operation {
            case .sendMany: elements += Self.split(&reader)
            case .giveBack: elements = Self.split(&reader) + elements
            case .receive where !elements.isEmpty: return elements.removeFirst()
            case .receiveMany: return exchange(&elements, with: []).flatMap(Self.sized)
            default: break
            }
            return []
        }
        let isEmpty = bytes.isEmpty && (operation == .receive || operation == .receiveMany)
        peer.send(.answer, frame.id, answer(isEmpty ? .no : .ok, number: 3, bytes))
    }

    private static func split(_ reader: inout ByteReader) -> [[UInt8]] {
        var elements: [[UInt8]] = []
        while let size = try? reader.next(UInt32.self), let bytes = try? reader.next(size) {
            elements.append(Array(bytes))
        }
        return elements
    }

    private static func sized(_ element: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.add(UInt32(element.count))
        writer.add(element)
        return writer.bytes
    }
}

private let object = SharedObjectID(rawValue: 3)

@Suite(.serialized) struct HubClientTests {
    @Test func request_hasItsFieldsInOrder() throws {
        let seen = Mutex<[UInt8]>([])
        let hub = try ScriptedHub { frame, peer in
            seen.withLock { $0 = frame.head }
            peer.send(.answer, frame.id, answer(.ok, number: 9, [1]))
        }
        defer { hub.close() }
        let reply = hub.client.call(HubRequest(.send, object, number: 7, wait: .upTo(.milliseconds(2)), bytes: [4]))
        #expect(reply.code == .ok && reply.number == 9 && reply.tail.array == [1])
        var reader = ByteReader(seen.withLock { $0 })
        #expect(try reader.next(UInt32.self) == 5)
        #expect(try reader.next(UInt8.self) == 2)
        #expect(try reader.next(UInt64.self) == 3)
        #expect(try reader.next(UInt64.self) == 7)
        #expect(try reader.next(Int64.self) == 2000)
        #expect(Array(reader.rest()) == [4])
    }

    @Test func taskThatIsCancelled_withdrawsItsRequest() async throws {
        let waiting = Mutex<UInt64>(0)
        let asked = Latch()
        let hub = try ScriptedHub { frame, peer in
            if frame.kind == .request {
                waiting.withLock { $0 = frame.id }
                asked.open()
            } else if frame.kind == .withdrawRequest, frame.id == waiting.withLock({ $0 }) {
                peer.send(.answer, frame.id, answer(.no))
            }
        }
        defer { hub.close() }
        let task = Task { try await hub.client.callAsynchronously(HubRequest(.receive, object, wait: .forever)) }
        #expect(await awaitBlocking { asked.wait(.upTo(.seconds(20))) })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func taskThatIsCancelledTooLate_getsItsAnswer() async throws {
        let asked = Latch()
        let hub = try ScriptedHub { frame, peer in
            if frame.kind == .request { asked.open() }
            if frame.kind == .withdrawRequest { peer.send(.answer, frame.id, answer(.ok, number: 1)) }
        }
        defer { hub.close() }
        let task = Task { try await hub.client.callAsynchronously(HubRequest(.receive, object, wait: .forever)) }
        #expect(await awaitBlocking { asked.wait(.upTo(.seconds(20))) })
        task.cancel()
        #expect(try await task.value.code == .ok)
    }

    @Test func hubThatIsLost_answersWhatWaitsAndWhatComes() throws {
        let hub = try ScriptedHub { _, _ in }
        defer { hub.close() }
        let latch = Latch()
        hub.client.ask(HubRequest(.receive, object, wait: .forever)) { reply in if reply.code == .lost { latch.open() }
        }
        hub.client.lose(MultitaskingError(.clusterLost, "gone"))
        #expect(latch.wait(.upTo(.seconds(20))))
        #expect(hub.client.call(HubRequest(.status, object)).code == .lost)
        let channel = RemoteChannel.make(ChannelOptions(), object, at: hub.client)
        let error = #expect(throws: MultitaskingError.self) { try channel.send(1, wait: .forever) }
        #expect(error?.code == .clusterLost)
        #expect(try channel.receive(as: Int.self, wait: .forever) == nil)
        #expect(channel.status.isClosed && !channel.join(wait: .forever))
    }

    @Test(arguments: [("it has 9 bytes: send parts", "encodeFailed"), ("", "closed")])
    func elementThatIsRefused_throwsTheReason(_ reason: String, _ code: String) throws {
        let hub = try ScriptedHub { frame, peer in
            peer.send(.answer, frame.id, answer(.invalid, Array(reason.utf8)))
        }
        defer { hub.close() }
        let channel = RemoteChannel.make(ChannelOptions(), object, at: hub.client)
        let single = #expect(throws: MultitaskingError.self) { try channel.send(1, wait: .forever) }
        let batch = #expect(throws: MultitaskingError.self) { try channel.send(contentsOf: [1, 2], wait: .forever) }
        for error in [single, batch] {
            #expect(error?.code.name == code)
            #expect(reason.isEmpty || error?.message == reason)
        }
    }

    /// What batches of three give of three elements; nil stands for an error.
    @Test(
        arguments: [
            ([-1, 2, 3], [nil, [2, 3]]), ([1, -2, 3], [[1], nil, [3]]), ([1, 2, -3], [[1, 2], nil]),
            ([-1, -2, 3], [nil, nil, [3]]), ([-1, 2, -3], [nil, [2], nil]), ([1, -2, -3], [[1], nil, nil]),
        ] as [([Picky], [[Picky]?])], [false, true])
    func elementsBehindOneThatCannotBeDecoded_areReceivedLater(
        _ sample: ([Picky], [[Picky]?]), _ suspends: Bool
    ) async throws {
        let script = ScriptedChannel()
        let hub = try ScriptedHub { script.answerRequest($0, $1) }
        defer { hub.close() }
        let channel = RemoteChannel.make(ChannelOptions(), object, at: hub.client)
        #expect(try await channel.sendAsynchronously(contentsOf: sample.0[...], wait: .never) == 3)
        for batch in sample.1 + [[]] {
            let received = await awaitResult(suspends, of: channel)
            switch received {
            case .success(let elements): #expect(elements == batch)
            case .failure(let error): #expect((error as? MultitaskingError)?.code == .decodeFailed && batch == nil)
            }
        }
    }

    /// The next three elements, by either kind of call.
    private func awaitResult(_ suspends: Bool, of channel: RemoteChannel) async -> Result<[Picky], any Error> {
        guard suspends else {
            return await awaitBlocking { Result { try channel.receive(upTo: 3, as: Picky.self, wait: .never) } }
        }
        do {
            return .success(try await channel.receiveAsynchronously(upTo: 3, as: Picky.self, wait: .never))
        } catch { return .failure(error) }
    }

    @Test(arguments: [[9, 0, 0, 0, 1], [1, 0]] as [[UInt8]])
    func batchThatIsDamaged_isOneError(_ bytes: [UInt8]) throws {
        let answers = Mutex<[[UInt8]]>([bytes])
        let hub = try ScriptedHub { frame, peer in
            let isBatch = frame.head[4] == HubOperation.receiveMany.rawValue
            let bytes = isBatch ? answers.withLock { $0.popLast() } : nil
            peer.send(.answer, frame.id, answer(bytes == nil ? .no : .ok, number: 1, bytes ?? []))
        }
        defer { hub.close() }
        let channel = RemoteChannel.make(ChannelOptions(), object, at: hub.client)
        let error = #expect(throws: MultitaskingError.self) {
            try channel.receive(upTo: 3, as: Picky.self, wait: .never)
        }
        #expect(error?.code == .decodeFailed)
        #expect(try channel.receive(upTo: 3, as: Picky.self, wait: .never) == [])
    }

    @Test func signalThatIsPushedBeforeAnAnswer_isSetWhenTheAnswerIsThere() throws {
        let hub = try ScriptedHub { frame, peer in
            var push = ByteWriter()
            push.add(UInt64(3))
            push.add(UInt8(1))
            if frame.head[4] == 3 { peer.send(.signals, 5, push.bytes) }
            peer.send(.answer, frame.id, answer(.no))
        }
        defer { hub.close() }
        let signal = RemoteSignal.make(object, at: hub.client)
        let channel = RemoteChannel.make(ChannelOptions(), SharedObjectID(rawValue: 4), at: hub.client)
        #expect(!signal.isSet)
        #expect(try channel.receive(as: Int.self, wait: .never) == nil)
        #expect(signal.isSet && signal.cancelProbe?.isSet == true && signal.waitUntilSet(.never))
    }

    @Test func answersThatAreDamaged_areErrors() {
        for bytes in [[], [1], [9, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0]] as [[UInt8]] {
            #expect(throws: FrameError.self) { try HubAnswer(Frame(kind: .answer, id: 1, head: bytes)) }
        }
    }

    @Test(
        arguments: [
            (.never, 0), (.forever, -1), (.upTo(.zero), 0), (.upTo(.seconds(-5)), 0), (.upTo(.nanoseconds(1)), 1),
            (.upTo(.milliseconds(3)), 3000), (.upTo(.seconds(Int64.max)), .max), (.upTo(.seconds(Int64.min)), 0),
        ] as [(WaitLimit, Int64)])
    func waits_areMicrosecondsOfAnyLength(_ wait: WaitLimit, _ microseconds: Int64) {
        #expect(wait.microseconds == microseconds)
    }
}
