import Testing

@testable import MultitaskingThreads

extension ThreadsTests {
    @Suite struct Queue {
        private final class Item: Sendable {
            let sender: Int
            let number: Int
            init(_ sender: Int, _ number: Int) {
                self.sender = sender
                self.number = number
            }
        }

        @Test(arguments: [0, 1, 254, 255, 256, 257, 5_000])
        func elementsComeOutInOrder(_ count: Int) {
            let queue = SegmentedQueue<Item>()
            for number in 0..<count { #expect(queue.push(Item(0, number))) }
            #expect(queue.isEmpty == (count == 0))
            for number in 0..<count { #expect(queue.pop()?.number == number) }
            #expect(queue.pop() == nil)
            #expect(queue.isEmpty)
        }

        @Test func closedQueueRefusesAndStillGives() {
            let queue = SegmentedQueue<Item>()
            #expect(queue.push(Item(0, 1)))
            queue.close()
            #expect(queue.isClosed)
            #expect(!queue.push(Item(0, 2)))
            #expect(queue.pop()?.number == 1)
            #expect(queue.pop() == nil)
        }

        @Test func droppedQueueReleasesWhatItHolds() {
            weak var released: Item?
            do {
                let queue = SegmentedQueue<Item>()
                let item = Item(0, 1)
                released = item
                #expect(queue.push(item))
            }
            #expect(released == nil)
        }

        @Test func manySendersAndReceiversLoseAndRepeatNothing() throws {
            let queue = SegmentedQueue<Item>()
            let received = (0..<3).map { _ in Ledger<Item>() }
            try withThreads(6) { thread in
                if thread < 3 {
                    for number in 0..<10_000 where !queue.push(Item(thread, number)) { Issue.record("refused") }
                    return
                }
                var count = 0
                while count < 10_000 {
                    guard let item = queue.pop() else {
                        Machine.rest()
                        continue
                    }
                    count += 1
                    received[thread - 3].append(item)
                }
            }
            let all = received.flatMap { $0.all }
            #expect(Set(all.map { $0.sender * 10_000 + $0.number }).count == 30_000)
            for list in received {
                for sender in 0..<3 {
                    let numbers = list.all.filter { $0.sender == sender }.map { $0.number }
                    #expect(numbers == numbers.sorted())
                }
            }
        }
    }
}
