import Multitasking
import MultitaskingInMemory
import Testing

/// Batches that meet an element that cannot be decoded.
@Suite(.timeLimit(.minutes(2))) struct BatchTests {
    private let good = Faulty()
    private let bad = Faulty(failsToDecode: true)

    @Test func whatIsBehindWhatCannotBeDecoded_staysInTheChannel() throws {
        let pool = try InMemoryPool()
        let channel = try pool.makeChannel()
        #expect(try channel.send(contentsOf: [bad, good, good], wait: .never) == 3)
        #expect(code { try channel.receive(upTo: 9, as: Faulty.self, wait: .never) } == .decodeFailed)
        #expect(channel.status.count == 2)
        #expect(try channel.receive(as: Faulty.self, wait: .never) != nil)
        #expect(try channel.send(contentsOf: [bad, good], wait: .never) == 2)
        #expect(try channel.receive(upTo: 9, as: Faulty.self, wait: .never).count == 1)
        #expect(channel.status.count == 1)
        #expect(code { try channel.receive(upTo: 9, as: Faulty.self, wait: .never) } == .decodeFailed)
        #expect(try channel.receive(upTo: 9, as: Faulty.self, wait: .never).count == 1)
        #expect(try channel.receive(upTo: 9, as: Faulty.self, wait: .never).isEmpty)
        pool.shutdown()
    }

    @Test(arguments: UInt64(0)..<20)
    func sendersOfANarrowChannel_goOn(_ seed: UInt64) throws {
        let pool = try InMemoryPool(.seed(seed), options: InMemoryOptions(maxWorkers: 2))
        let channel = try pool.makeChannel(capacity: 2)
        let senders = try (0..<2).map { _ in try pool.submit(sendFive, Pipe(channel)) }
        var (received, failed) = (0, 0)
        while received + failed < 10 {
            do {
                received += try channel.receive(upTo: 3, as: Faulty.self, wait: .upTo(.seconds(60))).count
            } catch let error as MultitaskingError where error.code == .decodeFailed { failed += 1 }
        }
        #expect(received == 8 && failed == 2)
        for sender in senders { _ = try sender.value() }
        pool.shutdown()
    }

    private func code<Value>(_ body: () throws -> Value) -> MultitaskingError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? MultitaskingError)?.code
        }
    }
}

/// Sends five elements, of which the third cannot be decoded.
private func sendFive(_ pipe: Pipe) throws -> Int {
    for number in 0..<5 {
        _ = try pipe.channel.send(Faulty(failsToDecode: number == 2), wait: .forever)
    }
    return 5
}
