import MultitaskingCore
import Testing

@testable import MultitaskingThreads

// Many of these cases are those of Go's and crossbeam's channel tests.

extension ThreadsTests {
    @Suite struct Channels {
        /// A channel with its pool's registry.
        private func makeChannel(capacity: Int? = nil) -> ThreadChannel {
            ThreadChannel(ChannelOptions(capacity: capacity), registry: ObjectRegistry())
        }

        @Test func negativeCapacityIsRefused() throws {
            try withPool(1) { pool throws in
                #expect(thrownCode { _ = try pool.makeChannel(capacity: -3) } == .invalidArgument)
            }
        }

        @Test func elementsArriveInOrder() throws {
            let channel = makeChannel()
            for number in 0..<100 { #expect(try channel.send(number, wait: .never)) }
            #expect(channel.status == ChannelStatus(count: 100, capacity: nil, isClosed: false))
            for number in 0..<100 { #expect(try channel.receive(as: Int.self, wait: .never) == number) }
            #expect(try channel.receive(as: Int.self, wait: .never) == nil)
        }

        @Test func fullChannelRefusesUntilThereIsRoom() throws {
            let channel = makeChannel(capacity: 2)
            #expect(try channel.send(1, wait: .never))
            #expect(try channel.send(2, wait: .never))
            #expect(try !channel.send(3, wait: .never))
            #expect(try !channel.send(3, wait: .upTo(.milliseconds(2))))
            #expect(try channel.receive(as: Int.self, wait: .never) == 1)
            #expect(try channel.send(3, wait: .never))
        }

        @Test func elementsNeedNotBeCodable() throws {
            let channel = makeChannel()
            let object = NonCodable(4)
            #expect(try channel.sendInProcess(object, wait: .never))
            #expect(try channel.receiveInProcess(as: NonCodable.self, wait: .never) === object)
        }

        @Test func aSendWithALimitOfZeroMeetsAReceiverThatSleeps() throws {
            let channel = makeChannel(capacity: 0)
            #expect(try !channel.send(1, wait: .upTo(.zero)))
            var met = 0
            for number in 0..<20 {
                try withThreads(1) { _ in
                    _ = try? channel.receive(as: Int.self, wait: .upTo(.seconds(20)))
                } meanwhile: {
                    #expect(eventually { channel.isReady(for: .send) })
                    if (try? channel.send(number, wait: .upTo(.zero))) == true { return met += 1 }
                    #expect(throws: Never.self) { try channel.send(number, wait: .upTo(.seconds(20))) }
                }
            }
            // It has some milliseconds to take the element, which a busy machine may need for itself.
            #expect(met > 10, "\(met) of 20 have met")
        }

        @Test func elementsOfEveryKindOfTypeAreReceivedAsExactlyThat() throws {
            struct Large: Sendable { var numbers = (1, 2, 3, 4, 5) }
            let channel = makeChannel()
            let function: @Sendable (Int) -> Int = { $0 + 1 }
            let error: any Error = CancellationError()
            #expect(try channel.sendInProcess(function, wait: .never))
            #expect(try channel.sendInProcess(error as any Error, wait: .never))
            #expect(try channel.sendInProcess(error as? CancellationError, wait: .never))
            #expect(try channel.sendInProcess(Large(), wait: .never))
            #expect(try channel.sendInProcess(Int.self as Any.Type, wait: .never))
            #expect(try channel.receiveInProcess(as: (@Sendable (Int) -> Int).self, wait: .never)?(1) == 2)
            #expect(
                thrownCode { _ = try channel.receiveInProcess(as: CancellationError.self, wait: .never) } == .wrongType)
            #expect(try channel.receiveInProcess(as: (any Error).self, wait: .never) is CancellationError)
            #expect(try channel.receiveInProcess(as: CancellationError?.self, wait: .never) != nil)
            #expect(try channel.receiveInProcess(as: Large.self, wait: .never)?.numbers.4 == 5)
            #expect(try channel.receiveInProcess(as: Any.Type.self, wait: .never) == Int.self)
        }

        @Test func wrongTypeThrowsNamingBothAndTheElementStays() throws {
            let channel = makeChannel()
            #expect(try channel.send("text", wait: .never))
            let error = #expect(throws: MultitaskingError.self) { try channel.receive(as: Int.self, wait: .never) }
            #expect(error?.code == .wrongType)
            #expect(error?.message.contains("Swift.String") == true)
            #expect(error?.message.contains("Swift.Int") == true)
            #expect(try channel.receive(as: String.self, wait: .never) == "text")
        }

        @Test func typesMustBeExactlyTheSame() throws {
            let channel = makeChannel()
            #expect(try channel.send(1, wait: .never))
            #expect(thrownCode { _ = try channel.receive(as: Int?.self, wait: .never) } == .wrongType)
            #expect(try channel.receive(as: Int.self, wait: .never) == 1)
            #expect(try channel.send(Int?.none, wait: .never))
            #expect(try channel.receive(as: Int?.self, wait: .never) == .some(.none))
        }

        @Test func receiveWaitsForAnElement() throws {
            let channel = makeChannel()
            let received = Ledger<Int?>()
            try withThreads(1) { _ in
                received.append((try? channel.receive(as: Int.self, wait: .forever)) ?? nil)
            } meanwhile: {
                #expect((try? channel.send(8, wait: .never)) == true)
            }
            #expect(received.all == [8])
        }

        @Test func receiveEndsAtItsLimit() throws {
            let channel = makeChannel()
            let start = ContinuousClock.now
            #expect(try channel.receive(as: Int.self, wait: .upTo(.milliseconds(5))) == nil)
            #expect(ContinuousClock.now - start >= .milliseconds(5))
        }

        @Test func closedChannelStillGivesWhatItHolds() throws {
            let channel = makeChannel()
            #expect(try channel.send(1, wait: .never))
            #expect(channel.close() == 0)
            #expect(thrownCode { _ = try channel.send(2, wait: .forever) } == .closed)
            #expect(try channel.receive(as: Int.self, wait: .forever) == 1)
            #expect(try channel.receive(as: Int.self, wait: .forever) == nil)
            #expect(channel.close() == 0)
        }

        @Test func discardingCloseDropsAndCountsWhatItHolds() throws {
            let channel = makeChannel()
            weak var released: NonCodable?
            do {
                let object = NonCodable(1)
                released = object
                #expect(try channel.sendInProcess(object, wait: .never))
            }
            #expect(try channel.send(2, wait: .never))
            #expect(channel.close(discarding: true) == 2)
            #expect(released == nil)
            #expect(try channel.receive(as: Int.self, wait: .never) == nil)
            #expect(channel.join(wait: .never))
        }

        @Test func closingWakesBlockedReceiversAndSenders() throws {
            let empty = makeChannel()
            let full = makeChannel(capacity: 1)
            #expect(try full.send(0, wait: .never))
            let ends = Ledger<String>()
            try withThreads(6) { number in
                if number < 3 {
                    let element = try? empty.receive(as: Int.self, wait: .forever)
                    ends.append(element == .some(.none) ? "ended" : "other")
                } else {
                    let code = thrownCode { _ = try full.send(number, wait: .forever) }
                    ends.append(code == .closed ? "closed" : "other")
                }
            } meanwhile: {
                empty.close()
                full.close()
            }
            #expect(ends.all.sorted() == ["closed", "closed", "closed", "ended", "ended", "ended"])
        }

        @Test func joinWaitsForEveryElementToBeDone() throws {
            let channel = makeChannel()
            #expect(channel.join(wait: .never))
            #expect(try channel.send(1, wait: .never))
            #expect(try channel.send(2, wait: .never))
            #expect(!channel.join(wait: .upTo(.milliseconds(2))))
            try withThreads(1) { _ in
                for _ in 0..<2 {
                    _ = try? channel.receive(as: Int.self, wait: .forever)
                    try? channel.taskDone()
                }
            } meanwhile: {
                #expect(channel.join(wait: .upTo(.seconds(10))))
            }
            #expect(thrownCode { try channel.taskDone() } == .invalidArgument)
        }

        @Test func droppedChannelsLeaveTheRegistry() throws {
            let registry = ObjectRegistry()
            for _ in 0..<10 {
                let channel = ThreadChannel(ChannelOptions(capacity: 1), registry: registry)
                #expect(registry.add(channel))
                #expect(registry.channel(channel.reference) === channel)
                let signal = ThreadCancelSignal(registry: registry)
                registry.add(signal)
                #expect(registry.signal(signal.reference) === signal)
                #expect(registry.channel(signal.reference) == nil)
            }
            #expect(registry.count == 0)
        }

        @Test(arguments: [1, 3, nil]) func manySendersAndReceiversKeepTheLedger(_ capacity: Int?) throws {
            let seed = UInt64.random(in: 0...UInt64.max)
            let channel = makeChannel(capacity: capacity)
            let received = (0..<3).map { _ in Ledger<Int>() }
            let sendersLeft = Counter()
            try withThreads(6) { thread in
                var generator = SplitMix64(seed: seed &+ UInt64(thread))
                if thread < 3 {
                    for number in 0..<2_000 {
                        let wait: WaitLimit = Bool.random(using: &generator) ? .forever : .upTo(.microseconds(50))
                        while (try? channel.send(thread * 2_000 + number, wait: wait)) == false {}
                    }
                    sendersLeft.increment()
                    if sendersLeft.count == 3 { channel.close() }
                    return
                }
                while true {
                    let wait: WaitLimit = Bool.random(using: &generator) ? .forever : .upTo(.microseconds(50))
                    if let element = (try? channel.receive(as: Int.self, wait: wait)) ?? nil {
                        received[thread - 3].append(element)
                    } else if channel.status.isClosed, channel.status.count == 0 {
                        return
                    }
                }
            }
            #expect(received.flatMap { $0.all }.sorted() == Array(0..<6_000), "seed \(seed)")
            for list in received {
                for sender in 0..<3 {
                    let mine = list.all.filter { $0 / 2_000 == sender }
                    #expect(mine == mine.sorted(), "seed \(seed)")
                }
            }
        }

        @Test func closingWhileOthersSendLosesNothingThatWasAccepted() throws {
            for _ in 0..<200 {
                let channel = makeChannel(capacity: 4)
                let (sent, received) = (Counter(), Counter())
                try withThreads(3) { thread in
                    if thread < 2 {
                        while (try? channel.send(1, wait: .forever)) == true { sent.increment() }
                    } else {
                        for _ in 0..<20 where (try? channel.receive(as: Int.self, wait: .forever)) == 1 {
                            received.increment()
                        }
                        channel.close()
                        while (try? channel.receive(as: Int.self, wait: .never)) == 1 { received.increment() }
                    }
                }
                #expect(sent.count == received.count)
            }
        }
    }
}
