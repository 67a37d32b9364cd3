import MultitaskingCore
import MultitaskingSystem
import RemoteWorkers
import Testing

@Suite struct MailboxTests {
    @Test func elementsComeInTheOrderInWhichTheyWerePut_howeverManyWait() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let mailbox = Mailbox<Int>()
        var (put, taken) = (0, 0)
        while put < 50_000 {
            for _ in 0..<Int.random(in: 0...3_000, using: &random) {
                mailbox.put(put)
                put += 1
            }
            for _ in 0..<Int.random(in: 0...put - taken, using: &random) {
                #expect(mailbox.take() == taken, "seed \(seed)")
                taken += 1
            }
        }
        while taken < put {
            #expect(mailbox.take() == taken, "seed \(seed)")
            taken += 1
        }
    }

    @Test func elementsOfSeveralThreads_comeInTheOrderOfEach() throws {
        let mailbox = Mailbox<(thread: Int, number: Int)>()
        for thread in 0..<4 {
            try SystemThread(name: "sender") {
                for number in 0..<5_000 { mailbox.put((thread, number)) }
            }.detach()
        }
        var next = [0, 0, 0, 0]
        for _ in 0..<20_000 {
            let (thread, number) = mailbox.take()
            #expect(number == next[thread])
            next[thread] += 1
        }
        #expect(next == [5_000, 5_000, 5_000, 5_000])
    }
}
