import MultitaskingCore
import MultitaskingProcesses
import Testing

/// What was held out in a channel of capacity 0 and taken back.
@Suite struct WithdrawnOfferTests {
    @Test func channelWhoseManyOffersNobodyTook_keepsNoSegmentsAndIsEmpty() throws {
        let pool = try ProcessPool(maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        let channel = try #require(try pool.makeChannel(capacity: 0) as? any OfferingChannel)
        let segments = pool.memoryUsage.channelSegments
        // More than a receiver may pass at once.
        for number in 0..<40_000 {
            #expect(try channel.offer(number).withdraw())
        }
        #expect(pool.memoryUsage.channelSegments <= segments + 1)
        #expect(!channel.isReadyForSelect)
        #expect(try channel.receive(as: Int.self, wait: .never) == nil)
        #expect(channel.join(wait: .never))
    }
}
