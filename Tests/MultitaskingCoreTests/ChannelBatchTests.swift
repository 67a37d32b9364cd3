import MultitaskingCore
import Synchronization
import Testing

/// Batches of channels that have none of their own.
@Suite struct ChannelBatchTests {
    /// A channel of numbers, with nothing but what a channel must have. Nil stands for what can't be decoded.
    private final class PlainChannel: Channel {
        private let elements: Mutex<[Int?]>

        init(_ elements: [Int?]) { self.elements = Mutex(elements) }

        func receive<Element: Codable & Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element? {
            let first = elements.withLock { elements -> Int?? in
                elements.isEmpty ? .none : .some(elements.removeFirst())
            }
            guard let next = first else { return nil }
            guard let number = next else { throw MultitaskingError(.decodeFailed, "the bytes are of no number") }
            return number as? Element
        }

        var reference: SharedObjectID { SharedObjectID(rawValue: 1) }
        var status: ChannelStatus {
            ChannelStatus(count: elements.withLock { $0.count }, capacity: nil, isClosed: true)
        }
        func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool { false }
        func close(discarding: Bool) -> Int { 0 }
        func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws {}
        func taskDone() throws {}
        func join(wait: WaitLimit) -> Bool { true }
    }

    @Test func batchThatMeetsAnUndecodableElement_returnsThoseBeforeIt_andTheNextOneThrows() throws {
        let channel = PlainChannel([1, 2, nil, 3])
        #expect(try channel.receive(upTo: 10, as: Int.self, wait: .forever) == [1, 2])
        // Others have nothing to do with it.
        #expect(try PlainChannel([7]).receive(upTo: 10, as: Int.self, wait: .never) == [7])
        let error = #expect(throws: MultitaskingError.self) {
            try channel.receive(upTo: 10, as: Int.self, wait: .never)
        }
        #expect(error?.code == .decodeFailed)
        #expect(try channel.receive(upTo: 10, as: Int.self, wait: .never) == [3])
        #expect(try channel.receive(upTo: 10, as: Int.self, wait: .never).isEmpty)
    }

    @Test func lateFailureThatKeepsSeveralErrors_throwsEachOnce_inTheirOrder() throws {
        let failure = LateFailure()
        try failure.rethrow()
        // As of two threads that receive batches at once.
        failure.keep(MultitaskingError(.decodeFailed, "first"))
        failure.keep(MultitaskingError(.decodeFailed, "second"))
        for message in ["first", "second"] {
            let error = #expect(throws: MultitaskingError.self) { try failure.rethrow() }
            #expect(error?.message == message)
        }
        try failure.rethrow()
    }

    @Test func batchThatBeginsWithAnUndecodableElement_throws_andTheNextOneDoesNot() throws {
        let channel = PlainChannel([nil, 3])
        #expect(throws: MultitaskingError.self) { try channel.receive(upTo: 10, as: Int.self, wait: .never) }
        #expect(try channel.receive(upTo: 10, as: Int.self, wait: .never) == [3])
    }

    @Test func awaitedBatchThatMeetsAnUndecodableElement_returnsThoseBeforeIt_andTheNextOneThrows() async throws {
        let channel = PlainChannel([1, nil, 3])
        let first = try await channel.receive(upTo: 10, as: Int.self, wait: .forever)
        #expect(first == [1])
        await #expect(throws: MultitaskingError.self) {
            try await channel.receive(upTo: 10, as: Int.self, wait: .forever)
        }
        let rest = try await channel.receive(upTo: 10, as: Int.self, wait: .forever)
        #expect(rest == [3])
    }

    @Test func errorThatNobodyAskedFor_isForgotten_whenItsChannelIsReleased() throws {
        for _ in 0..<1_000 {
            // Their identities come again.
            let channel = PlainChannel([1, nil])
            #expect(try channel.receive(upTo: 10, as: Int.self, wait: .never) == [1])
        }
    }
}
