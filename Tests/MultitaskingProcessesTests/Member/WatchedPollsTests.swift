import Testing

@testable import MultitaskingProcesses

@Suite struct WatchedPollsTests {
    private static let interval: Int64 = 50_000_000

    private func poll(_ id: UInt64) -> WatchedPolls.Poll { WatchedPolls.Poll(id: id, isOver: { false }, body: {}) }

    private func expired(_ polls: inout WatchedPolls, at now: Int64) -> [UInt64] {
        var entries: [WatchedPolls.Entry] = []
        polls.appendExpired(at: now, to: &entries)
        return entries.map(\.poll.id).sorted()
    }

    private func part(_ polls: inout WatchedPolls, at now: Int64) -> [UInt64] {
        var entries: [WatchedPolls.Entry] = []
        polls.appendPart(at: now, to: &entries)
        return entries.map(\.poll.id)
    }

    @Test func pollsOfOneSubject_areAskedInTheirOrder_andRemovedOnce() {
        var polls = WatchedPolls()
        for id in 1...5 { polls.add(poll(UInt64(id)), for: .task(7)) }
        polls.add(poll(6), for: .object(7))
        for id: UInt64 in [1, 3] { #expect(polls.remove(id, for: .task(7))?.id == id) }
        #expect(polls.remove(3, for: .task(7)) == nil && polls.remove(2, for: .object(7)) == nil)
        polls.add(poll(7), for: .task(7))
        var entries: [WatchedPolls.Entry] = []
        polls.append(.task(7), to: &entries)
        #expect(entries.map(\.poll.id) == [2, 4, 5, 7] && polls.count == 5)
        for id: UInt64 in [2, 4, 5, 7] { _ = polls.remove(id, for: .task(7)) }
        _ = polls.remove(6, for: .object(7))
        entries = []
        polls.appendAll(to: &entries)
        #expect(entries.isEmpty && polls.count == 0)
    }

    @Test func manyPollsOfOneSubject_canBeRemovedInAnyOrder() {
        var polls = WatchedPolls()
        // So many that the test would take minutes if each was looked for.
        let ids = 1...UInt64(50_000)
        for id in ids { polls.add(poll(id), for: .task(7)) }
        for id in ids where id % 2 == 0 { _ = polls.remove(id, for: .task(7)) }
        for id in ids.reversed() where id % 2 == 1 { _ = polls.remove(id, for: .task(7)) }
        #expect(polls.count == 0)
    }

    @Test(arguments: [1, 25, 2_500, 12_345])
    func all_areAskedInParts(count: Int) {
        var polls = WatchedPolls()
        for id in 1...UInt64(count) { polls.add(poll(id), for: .task(Int(id))) }
        var asked: [UInt64: Int] = [:]
        var now: Int64 = 1
        for _ in 0..<max(10, (count + 999) / 1_000) {
            let ids = part(&polls, at: now)
            #expect(!ids.isEmpty && ids.count <= WatchedPolls.partLimit)
            for id in ids { asked[id, default: 0] += 1 }
            #expect(part(&polls, at: now + Self.interval - 1).isEmpty)
            now += Self.interval
        }
        #expect(asked.count == count)
    }

    @Test func pollsThatCome_orGo_keepNoneFromBeingAsked() {
        var polls = WatchedPolls()
        for id in 1...UInt64(1_000) { polls.add(poll(id), for: .task(Int(id))) }
        var left = Set(501...UInt64(1_000))
        var now: Int64 = 1
        for id in 1...UInt64(500) {
            _ = polls.remove(id, for: .task(Int(id)))
            polls.add(poll(id + 1_000), for: .task(Int(id) + 1_000))
            left.subtract(part(&polls, at: now))
            now += Self.interval
        }
        #expect(left.isEmpty)
    }

    @Test func pollsThatExpire_areAskedThen_andAgainUntilTheyAreOver() {
        var polls = WatchedPolls()
        polls.add(poll(1), for: .task(1), expiry: 10 * Self.interval)
        polls.add(poll(2), for: .task(2), expiry: 20 * Self.interval)
        polls.add(poll(3), for: .task(1), expiry: .max)
        polls.add(poll(4), for: .task(3))
        #expect(expired(&polls, at: 10 * Self.interval).isEmpty)
        #expect(expired(&polls, at: 11 * Self.interval) == [1])
        #expect(expired(&polls, at: 11 * Self.interval + 1).isEmpty)
        #expect(expired(&polls, at: 12 * Self.interval) == [1])
        // As the thread finds it after a long time in which it had nothing to do, or in a callback.
        #expect(expired(&polls, at: 1_000_000 * Self.interval) == [1, 2])
        _ = polls.remove(1, for: .task(1))
        // One whose time is up already.
        polls.add(poll(5), for: .task(1), expiry: 5)
        #expect(expired(&polls, at: 1_000_001 * Self.interval) == [2, 5])
        for (id, slot): (UInt64, Int) in [(2, 2), (5, 1), (3, 1), (4, 3)] {
            #expect(polls.remove(id, for: .task(slot)) != nil)
        }
        #expect(polls.count == 0 && expired(&polls, at: 1_000_002 * Self.interval).isEmpty)
    }
}
