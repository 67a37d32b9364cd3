import MultitaskingCore
import Testing

@testable import MultitaskingThreads

extension ThreadsTests {
    @Suite struct AsyncChannels {
        private func makeChannel(capacity: Int? = nil) -> ThreadChannel {
            ThreadChannel(ChannelOptions(capacity: capacity), registry: ObjectRegistry())
        }

        @Test func receiveSuspendsUntilThereIsAnElement() async throws {
            let channel = makeChannel()
            async let element = channel.receive(as: Int.self, wait: .forever)
            #expect(try await channel.send(3, wait: .forever))
            #expect(try await element == 3)
        }

        @Test func sendSuspendsUntilThereIsRoom() async throws {
            let channel = makeChannel(capacity: 1)
            #expect(try await channel.send(1))
            async let isSent = channel.send(2, wait: .forever)
            #expect(try await channel.receive(as: Int.self, wait: .forever) == 1)
            #expect(try await isSent)
            #expect(try await channel.receive(as: Int.self, wait: .forever) == 2)
        }

        /// An expression with overloads of its own must not make the compiler choose the blocking `send`.
        @Test func anyExpressionCanBeSent() async throws {
            let numbers = [1, 2, 3]
            let channel: any InProcessChannel = makeChannel()
            #expect(try await channel.send(numbers.count, wait: .forever))
            #expect(try await channel.send(Int("4") ?? 0))
            #expect(try await channel.sendInProcess(numbers.reduce(0, +), wait: .upTo(.seconds(numbers.count))))
            try await send(numbers.first ?? 0, to: channel)
            #expect(try await channel.receive(upTo: 9, as: Int.self, wait: .never) == [3, 4, 6, 1])
        }

        private func send<Element: Codable & Sendable>(_ element: Element, to channel: some Channel) async throws {
            #expect(try await channel.send(element, wait: .forever))
        }

        @Test func limitsEndTheWait() async throws {
            let channel = makeChannel(capacity: 1)
            #expect(try await channel.receive(as: Int.self, wait: .upTo(.milliseconds(2))) == nil)
            #expect(try await channel.sendInProcess(NonCodable(1)))
            #expect(try await !channel.sendInProcess(NonCodable(2), wait: .upTo(.milliseconds(2))))
            #expect(try await !channel.join(wait: .upTo(.milliseconds(2))))
            #expect(try await channel.receiveInProcess(as: NonCodable.self)?.number == 1)
            try channel.taskDone()
            #expect(try await channel.join())
        }

        @Test func closingEndsTheWait() async throws {
            let channel = makeChannel()
            async let element = channel.receive(as: Int.self, wait: .forever)
            channel.close()
            #expect(try await element == nil)
            await #expect(throws: MultitaskingError.self) { try await channel.send(1, wait: .forever) }
        }

        @Test func cancellingEndsTheWaitWithoutLosingAnElement() async throws {
            for _ in 0..<500 {
                let channel = makeChannel()
                let first = Task { try await channel.receive(as: Int.self, wait: .forever) }
                let second = Task { try await channel.receive(as: Int.self, wait: .forever) }
                await Task.yield()
                first.cancel()
                #expect(try await channel.send(7))
                // Either the cancelled one was faster, or the other gets the element: it is never stuck.
                let taken = try? await first.value
                if taken == 7 { #expect(try await channel.send(7)) }
                #expect(try await second.value == 7)
            }
        }

        @Test func aSendWithALimitOfZeroMeetsAReceiverThatSleeps() async throws {
            let channel = makeChannel(capacity: 0)
            #expect(try await !channel.send(1, wait: .upTo(.zero)))
            var met = 0
            for number in 0..<20 {
                async let received = blocking { try channel.receive(as: Int.self, wait: .upTo(.seconds(20))) }
                while !channel.isReady(for: .send) { await Task.yield() }
                if try await channel.send(number, wait: .upTo(.zero)) {
                    met += 1
                } else {
                    #expect(try await channel.send(number, wait: .upTo(.seconds(20))))
                }
                #expect(try await received == number)
            }
            #expect(met > 10, "\(met) of 20 have met")
        }

        @Test func asynchronousAndBlockingEndsMeet() async throws {
            let channel = makeChannel(capacity: 2)
            async let sum = blocking {
                var sum = 0
                while let element = try channel.receive(as: Int.self, wait: .forever) { sum += element }
                return sum
            }
            for number in 1...1_000 { #expect(try await channel.send(number, wait: .forever)) }
            channel.close()
            #expect(try await sum == 500_500)
        }
    }
}
