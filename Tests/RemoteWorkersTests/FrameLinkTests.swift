import CRemoteWorkers
import Glibc
import MultitaskingCore
import MultitaskingSystem
import RemoteWorkers
import Synchronization
import Testing

/// Two ends that are connected.
func linkPair() throws -> (FrameLink, FrameLink) {
    var pair: [Int32] = [-1, -1]
    try #require(unsafe mr_socket_pair(&pair) == 0)
    return (FrameLink(pair[0]), FrameLink(pair[1]))
}

/// Has a thread receive, and gives what `body` of the test waits for.
final class Receiver: Sendable {
    private let frames = Mutex<[Frame]>([])
    private let ended = Latch()
    private let failure = Mutex<(any Error)?>(nil)

    init(_ link: FrameLink, _ body: @escaping @Sendable (Frame) throws -> Void = { _ in }) throws {
        try SystemThread(name: "receiver") { [self] in
            let error = link.receive { frame in
                frames.withLock { $0.append(frame) }
                try body(frame)
            }
            failure.withLock { $0 = error }
            ended.open()
        }.detach()
    }

    /// What has arrived when the link has ended.
    @available(*, noasync)
    func all() -> [Frame]? { ended.wait(.upTo(.seconds(20))) ? frames.withLock { $0 } : nil }

    /// What has arrived when one of them is `isLast`.
    @available(*, noasync)
    func until(_ isLast: (Frame) -> Bool) -> [Frame]? {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            let now = frames.withLock { $0 }
            if now.last.map(isLast) == true { return now }
            usleep(500)
        }
        return nil
    }

    var error: (any Error)? { failure.withLock { $0 } }
}

@Suite(.serialized) struct FrameLinkTests {
    @Test func framesOfSeveralThreads_arriveWholeAndInTheOrderOfEach() throws {
        let (a, b) = try linkPair()
        let receiver = try Receiver(b)
        let left = Atomic<Int>(4)
        let isSent = Latch()
        for sender in 0..<4 as Range<UInt64> {
            try SystemThread(name: "sender") {
                for number in 0..<200 as Range<UInt8> {
                    a.send(.output, sender, [number], tail: Array(repeating: number, count: Int(number) * 40))
                }
                if left.subtract(1, ordering: .relaxed).newValue == 0 { isSent.open() }
            }.detach()
        }
        #expect(isSent.wait(.upTo(.seconds(20))))
        // What waits is written before the end.
        a.send(.output, 9)
        let frames = try #require(receiver.until { $0.id == 9 }).dropLast()
        a.close()
        #expect(frames.count == 800)
        for sender in 0..<4 as Range<UInt64> {
            let own = frames.filter { $0.id == sender }
            #expect(own.map(\.head.first) == (0..<200).map { UInt8($0) })
            #expect(own.allSatisfy { $0.head.count == 1 + Int($0.head[0]) * 40 })
        }
    }

    @Test(arguments: [1 << 20, 1 << 20 + 1, 5_000_000]) func largeTail_arrivesAsItWasSent(_ count: Int) throws {
        let (a, b) = try linkPair()
        let receiver = try Receiver(b)
        let tail = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        a.send(.submit, 1, [7, 8], tail: tail)
        a.close()
        let frame = try #require(receiver.all()?.first)
        #expect((frame.blob != nil) == (count > FrameKind.leastBlob))
        var reader = frame.reader
        #expect(try Array(reader.next(2)) == [7, 8])
        #expect(try frame.tail(&reader).array == tail)
    }

    @Test func senderWhosePeerDoesNotRead_doesNotWait() throws {
        let (a, b) = try linkPair()
        for number in 0..<300 as Range<UInt64> { a.send(.output, number, Array(repeating: 1, count: 60_000)) }
        let receiver = try Receiver(b) { frame in if frame.id == 299 { b.close() } }
        let frames = try #require(receiver.all())
        #expect(frames.map(\.id) == Array(0..<300))
    }

    @Test func manyFramesThatWait_comeInTheirOrder_withTheirTails() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let (a, b) = try linkPair()
        var tails: [[UInt8]] = []
        for number in 0..<20_000 as Range<UInt64> {
            // Some are large enough to be sent in memory of their own.
            let isLarge = number.isMultiple(of: 4_000)
            let count = isLarge ? FrameKind.leastBlob + 1 : Int.random(in: 0..<400, using: &random)
            tails.append([UInt8](repeating: .random(in: 0...255, using: &random), count: count))
            a.send(.output, number, tail: tails[Int(number)])
        }
        let receiver = try Receiver(b) { frame in if frame.id == 19_999 { b.close() } }
        let frames = try #require(receiver.all())
        #expect(frames.map(\.id) == Array(0..<20_000), "seed \(seed)")
        for (frame, tail) in zip(frames, tails) {
            var reader = frame.reader
            let found = try frame.tail(&reader).array
            #expect(found == tail, "frame \(frame.id), seed \(seed)")
        }
    }

    @Test func linkThatWasClosed_takesNothingAndEnds() throws {
        let (a, b) = try linkPair()
        let receiver = try Receiver(b)
        b.close()
        #expect(receiver.all()?.isEmpty == true && receiver.error == nil)
        #expect(!b.send(.output, 1))
        // The peer notices when it writes.
        var isOpen = true
        for _ in 0..<100 where isOpen { isOpen = a.send(.output, 1) }
        #expect(!isOpen)
    }

    @Test func errorOfTheReceiver_endsIt() throws {
        struct Refused: Error {}
        let (a, b) = try linkPair()
        let receiver = try Receiver(b) { _ in throw Refused() }
        a.send(.output, 1)
        #expect(receiver.all()?.count == 1)
        #expect(receiver.error is Refused)
    }
}
