import MultitaskingCore
import Synchronization

/// Tasks each of which is submitted by the callback of the one before; every second one fails first.
final class Chain: Sendable {
    private static let length = 20
    private let pool: any Executor
    private let ran: ChannelTicket
    private let failures = Tally()
    private let end = Flag()

    init(pool: any Executor, ran: ChannelTicket) {
        self.pool = pool
        self.ran = ran
    }

    var errors: Int { failures.count }
    var isOver: Bool { end.isSet }

    func next(_ number: Int) {
        guard number < Self.length else { return end.set() }
        do {
            if number.isMultiple(of: 2) {
                try pool.start(sendOne, ran, number).whenDone { [self] in next(number + 1) }
            } else {
                try pool.submit(throwPlain, number).whenDone { [self] in send(number) }
            }
        } catch { fail() }
    }

    private func send(_ number: Int) {
        do { try pool.start(sendOne, ran, number).whenDone { [self] in next(number + 1) } } catch { fail() }
    }

    private func fail() {
        failures.add()
        end.set()
    }
}

/// Tasks that crash, each submitted by the callback of the one before, through all blows.
final class CrashChain: Sendable {
    private let pool: any Executor
    private let tally = Tally()
    private let end = Flag()

    init(pool: any Executor) { self.pool = pool }

    /// How many ended as a crash.
    var failures: Int { tally.count }
    var isOver: Bool { end.isSet }

    func next(_ index: Int) {
        guard index < Blow.allCases.count else { return end.set() }
        do {
            let future = try pool.submit(catchGrenade, Grenade(Blow.allCases[index], .running))
            future.whenDone { [self] in
                if case .failure(let error as MultitaskingError) = future.outcome(), error.cause is WorkerFailure {
                    tally.add()
                }
                next(index + 1)
            }
        } catch { end.set() }
    }
}
