import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

/// The words of truth give back what they were made of, whatever it was.
@Suite struct WordTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    @Test(arguments: seeds)
    func slotWordAndTicketKeepTheirFields(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let position = UInt64.random(in: 0..<1 << 48, using: &random)
            let ring = try #require(TaskRing.Kind.allCases.randomElement(using: &random))
            let member = Int.random(in: 0..<ArenaLayout.memberLimit, using: &random)
            let ticket = Ticket(position: position, ring: ring)
            let word = SlotWord(.queued, member: 0, ticket: ticket).with(.claimed, member: member)
            #expect(word.status == .claimed && word.member == member && word.ticket == ticket)
            #expect(ticket.position == position && ticket.ring == ring)
        }
    }

    @Test(arguments: seeds)
    func cellWordAndSegmentTagKeepTheirFields(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let segment = UInt64.random(in: 0..<1 << 46, using: &random)
            let index = Int.random(in: 0..<ArenaLayout.channelLimit, using: &random)
            let serial = UInt64.random(in: 1..<SharedObjectID.serialLimit, using: &random)
            let reference = SharedObjectID(index: index, serial: serial)
            #expect(reference.index == index && reference.serial == serial)
            let origin = SegmentTag.origin(channel: index, serial: serial)
            let owner = Int.random(in: 0..<ArenaLayout.memberLimit, using: &random)
            let tag = SegmentTag(origin: origin, segment: segment)
            let span = Int.random(in: 1...Segment.cells, using: &random)
            let word = CellWord(.reading, owner: owner, span: span, tag: tag)
            #expect(word.state == .reading && word.owner == owner && word.span == span && word.tag == tag)
            #expect(tag.segment(from: origin) == segment)
            for other in [(index, serial + 1), (index ^ 1, serial)] {
                #expect(
                    tag != SegmentTag(origin: SegmentTag.origin(channel: other.0, serial: other.1), segment: segment))
            }
            #expect(SegmentLink(noneAfter: tag).isNone && SegmentLink(noneAfter: tag) != .end)
            let unit = UInt64.random(in: 0..<1 << 28, using: &random)
            let link = SegmentLink(number: segment, unit: unit)
            #expect(!link.isNone && link.number == segment && link.unit == unit)
            // Whoever reads the word knows about where it is.
            let distance = Int64.random(in: -1 << 33..<1 << 33, using: &random)
            let again = SegmentLink(rawValue: link.rawValue, near: segment &+ UInt64(bitPattern: distance))
            #expect(again == link && again.number == segment && again.unit == unit)
        }
    }

    @Test(arguments: seeds)
    func blockWordsKeepTheirFields(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let offset = Int.random(in: 1..<1 << 33, using: &random) * ArenaLayout.smallestBlock
            let generation = UInt64.random(in: 0..<1 << 31, using: &random)
            let owner = Int.random(in: 0..<ArenaLayout.memberLimit, using: &random)
            let reference = BlockReference(offset: offset, generation: generation)
            #expect(reference.offset == offset && reference.generation == generation && !reference.isNone)
            let header = BlockHeader(.freeing, generation: generation, owner: owner)
            #expect(header.state == .freeing && header.generation == generation && header.owner == owner)
            let value = Int.random(in: 0..<1 << 32, using: &random)
            let chunk = ChunkWord(.run, owner: owner, sizeClass: 12, value: value)
            #expect(chunk.state == .run && chunk.owner == owner && chunk.sizeClass == 12 && chunk.value == value)
        }
        #expect(BlockReference.none.isNone)
        #expect(BlockHeader(.used, generation: 1 << 31).generation == 0, "generations wrap around")
    }

    @Test
    func sizeClassHoldsItsSizeAndNoClassIsTooSmall() {
        for byteCount in [0, 1, 255, 256, 257, 511, 512, 513, 4096, 4097, 1 << 18, (1 << 19) - 1, 1 << 19] {
            let sizeClass = SizeClass.holding(byteCount)
            #expect(sizeClass.map { SizeClass.size($0) >= byteCount } == true, "\(byteCount)")
            #expect(sizeClass.map { $0 == 0 || SizeClass.size($0 - 1) < byteCount } == true, "\(byteCount)")
        }
        #expect(SizeClass.holding((1 << 19) + 1) == nil)
    }
}
