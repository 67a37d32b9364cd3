import Testing

@testable import MultitaskingProcesses

/// The words of truth give back what they were made of, whatever it was.
@Suite struct WordTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    @Test(arguments: seeds)
    func slotWordAndTicketKeepTheirFields(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let position = UInt64.random(in: 0..<1 << 48, using: &random)
            let isRetry = Bool.random(using: &random)
            let member = Int.random(in: 0..<ArenaLayout.memberLimit, using: &random)
            let ticket = Ticket(position: position, isRetry: isRetry)
            let word = SlotWord(.queued, member: 0, ticket: ticket).with(.claimed, member: member)
            #expect(word.status == .claimed && word.member == member && word.ticket == ticket)
            #expect(ticket.position == position && ticket.isRetry == isRetry)
        }
    }

    @Test(arguments: seeds)
    func cellWordAndSegmentTagKeepTheirFields(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let segment = UInt64.random(in: 0..<1 << 35, using: &random)
            let serial = UInt64.random(in: 0..<1 << 15, using: &random)
            let owner = Int.random(in: 0..<ArenaLayout.memberLimit, using: &random)
            let tag = SegmentTag(serial: serial, segment: segment)
            let word = CellWord(.reading, owner: owner, tag: tag)
            #expect(word.state == .reading && word.owner == owner && word.tag == tag)
            #expect(tag.segment == segment)
            #expect(tag != SegmentTag(serial: (serial + 1) & SegmentTag.serialMask, segment: segment))
            #expect(SegmentLink(noneAfter: tag).isNone)
            let link = SegmentLink(number: segment, unit: serial)
            #expect(!link.isNone && link.number == segment && link.unit == serial)
        }
    }

    @Test(arguments: seeds)
    func blockWordsKeepTheirFields(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let offset = Int.random(in: 1..<1 << 40, using: &random) * ArenaLayout.smallestBlock
            let generation = UInt64.random(in: 0..<1 << 24, using: &random)
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
        #expect(BlockHeader(.used, generation: 1 << 24).generation == 0, "generations wrap around")
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
