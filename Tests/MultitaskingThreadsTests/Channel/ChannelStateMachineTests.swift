import MultitaskingCore
import Testing

@testable import MultitaskingThreads

extension ThreadsTests {
    @Suite struct ChannelMachine {
        private typealias Machine = ChannelStateMachine<Int, String>

        /// Whom a send wakes; nil if it was not accepted.
        private func send(_ element: Int, to machine: inout Machine) -> [String]? {
            guard case .accepted(let wakes) = machine.send(element) else { return nil }
            return names(wakes)
        }

        private func receive(from machine: inout Machine) -> (Int, [String])? {
            guard case .value(let element, let wakes) = machine.receive({ $0 }) else { return nil }
            return (element, names(wakes))
        }

        private func names(_ wakes: Machine.Wakes) -> [String] {
            [wakes.receiver, wakes.sender].compactMap { $0 } + wakes.others
        }

        @Test func sendWakesTheFirstReceiverOnly() {
            var machine = Machine(capacity: nil)
            _ = machine.enlist("first", for: .receive)
            _ = machine.enlist("second", for: .receive)
            #expect(send(1, to: &machine) == ["first"])
            #expect(send(2, to: &machine) == ["second"])
            #expect(send(3, to: &machine) == [])
        }

        @Test func receiveFromAFullChannelWakesASender() {
            var machine = Machine(capacity: 1)
            #expect(send(1, to: &machine) == [])
            #expect(send(2, to: &machine) == nil)
            _ = machine.enlist("sender", for: .send)
            let received = receive(from: &machine)
            #expect(received?.0 == 1)
            #expect(received?.1 == ["sender"])
        }

        @Test func receiverThatGivesUpAfterItWasWokenPassesItOn() {
            var machine = Machine(capacity: nil)
            let first = machine.enlist("first", for: .receive)
            _ = machine.enlist("second", for: .receive)
            #expect(send(1, to: &machine) == ["first"])
            let wakes = machine.leave(first, .receive)
            #expect(names(wakes) == ["second"])
        }

        @Test func receiverThatGivesUpWhileItWaitsWakesNobody() {
            var machine = Machine(capacity: nil)
            let first = machine.enlist("first", for: .receive)
            _ = machine.enlist("second", for: .receive)
            let wakes = machine.leave(first, .receive)
            #expect(names(wakes) == [])
            #expect(send(1, to: &machine) == ["second"])
        }

        @Test func refusedElementStaysAndTheNextReceiverIsWoken() {
            var machine = Machine(capacity: nil)
            #expect(send(1, to: &machine) == [])
            _ = machine.enlist("other", for: .receive)
            guard case .refused(1, let wakes) = machine.receive({ _ in String?.none }) else {
                Issue.record("not refused")
                return
            }
            #expect(names(wakes) == ["other"])
            #expect(machine.status.count == 1)
        }

        @Test func closingWakesSendersAndReceiversButJoinersOnlyWhenAllIsDone() {
            var machine = Machine(capacity: 1)
            #expect(send(1, to: &machine) == [])
            _ = machine.enlist("sender", for: .send)
            _ = machine.enlist("joiner", for: .join)
            let closed = machine.close(discarding: false)
            #expect(names(closed.wakes) == ["sender"])
            let done = machine.taskDone()
            #expect(done.map(names) == ["joiner"])
            let tooOften = machine.taskDone()
            #expect(tooOften.map(names) == nil)
        }

        @Test func discardingCloseFinishesTheJoin() {
            var machine = Machine(capacity: nil)
            #expect(send(1, to: &machine) == [])
            _ = machine.enlist("joiner", for: .join)
            let (discarded, wakes) = machine.close(discarding: true)
            #expect(discarded.count == 1)
            #expect(names(wakes) == ["joiner"])
        }

        @Test func waitersThatLeaveLeaveNothingBehind() {
            var list = WaitList<String>()
            for id in 1...1_000 {
                list.append("waiter", id: UInt64(id))
                let (first, second) = (list.remove(id: UInt64(id)), list.remove(id: UInt64(id)))
                #expect(first && !second)
            }
            list.append("last", id: 1_001)
            let (last, none) = (list.popFirst(), list.popFirst())
            #expect(last == "last" && none == nil)
        }
    }
}
