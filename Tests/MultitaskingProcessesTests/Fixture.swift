import MultitaskingCore

@testable import MultitaskingProcesses

/// An arena without processes: the tests act for its members.
struct Fixture {
    let mapping: ArenaMapping

    var arena: Arena { mapping.arena }

    init(workers: Int = 2, slots: Int = 64, chunks: Int = 32) throws {
        mapping = try ArenaMapping.create(ArenaLayout(workers: workers, slotCapacity: slots, chunkCount: chunks))
        arena.header.warmLimit.store(4)
        arena.header.channelCount.store(1)
    }

    func membership(_ member: Int) -> LocalMember { LocalMember(mapping, member: member) }

    /// A channel, seen by a member; the first call makes it.
    ///
    /// - Parameter number: of the segment that the channel begins with, as if so many had been used.
    func channel(capacity: Int = 0, for member: Int, at number: UInt64 = 0) throws -> ProcessChannel {
        let header = arena.channel(0)
        let membership = membership(member)
        if header.state.load() == 0 {
            header.initialize(ChannelOptions(capacity: capacity == 0 ? nil : capacity))
            for end in [header.head.word, header.tail] { end.store(number * UInt64(Segment.cells)) }
            try ChannelQueue(header: header, serial: 5, membership: self.membership(0)).begin(at: number)
            header.state.store(5 << 8 | ChannelHeader.liveFlag)
        }
        return ProcessChannel(membership: membership, index: 0, serial: 5)
    }

    var header: ChannelHeader { arena.channel(0) }

    /// The place of the channel at a position of the segment that holds it, which must be the head's or the tail's.
    func cell(_ position: Int) -> Cell? {
        let number = UInt64(position / Segment.cells)
        for link in [header.headSegment.load(near: number), header.tailSegment.load(near: number)] {
            guard link.number == number else { continue }
            return Segment(arena: arena, link: link)?.cell(position % Segment.cells)
        }
        return nil
    }

    func recover(_ member: Int) {
        // Twice: the supervisor may die as well, and its successor begins again.
        for _ in 0..<2 {
            Recovery(mapping).recover(member, .init(status: EndStatus(number: 9, isSignal: true), peakMemory: 4096))
        }
    }
}
