import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

@Suite
struct SharedTableTests {
    /// Two members of a pool, of which the first makes values.
    private struct World {
        let fixture: Fixture
        let table: SharedTable
        let shares: SharedValues

        var arena: Arena { fixture.arena }
        var passage: Passage { Passage(arena) }
        var names: Set<UInt64> {
            Set(
                (0..<table.count).compactMap { index in
                    let record = SharedRecord(arena: arena, index: index)
                    let word = record.word.load()
                    return word.state == .free ? nil : record.reference(serial: word.serial)
                })
        }

        init() throws {
            fixture = try Fixture()
            shares = fixture.membership(1).shares
            table = shares.table
        }

        /// Makes a value without memory that nobody holds any more.
        ///
        /// - Parameter inner: the values inside of it.
        func value(around inner: UInt64...) throws -> UInt64 {
            let (record, serial) = try table.reserve()
            try passage.add(inner, inside: record.reference(serial: serial), by: 1)
            table.publish(record, serial: serial)
            record.letGo(by: 1)
            return record.reference(serial: serial)
        }

        func block(leadingTo values: UInt64...) throws -> BlockReference {
            let block = try fixture.membership(1).journal.withEntry { journal in
                defer { journal.clear() }
                return try shares.heap.allocate(100, journal: journal)
            }
            try passage.add(values, in: block, by: 1)
            return block
        }
    }

    @Test
    func freedBlock_takesTheValuesAlongThatOnlyItLedTo() throws {
        let world = try World()
        let (mine, common, other) = (try world.value(), try world.value(), try world.value())
        let first = try world.block(leadingTo: mine, common, mine)
        let second = try world.block(leadingTo: common, other)
        world.shares.free(first)
        #expect(world.names == [common, other])
        // As by two processes that clean up after a third.
        world.shares.free(first)
        #expect(world.names == [common, other])
        world.shares.free(second)
        #expect(world.names.isEmpty)
    }

    @Test
    func valueOfSeveralBlocks_isThereUntilAllAreFreed() throws {
        let world = try World()
        let value = try world.value()
        let blocks = try (0..<3).map { _ in try world.block(leadingTo: value) }
        for block in blocks.reversed() {
            #expect(world.passage.leads(to: value))
            world.shares.free(block)
        }
        #expect(!world.passage.leads(to: value))
        #expect(world.names.isEmpty)
    }

    @Test
    func blockWithManyValues_leadsToAllOfThem() throws {
        let world = try World()
        let values = try Set((0..<1000).map { _ in try world.value() })
        let block = try world.block(leadingTo: 0)
        try world.passage.add(values, in: block, by: 1)
        #expect(world.passage.values(in: block) == values)
        world.shares.free(block)
        #expect(world.names.isEmpty)
    }

    /// Whatever a task writes over it, the chain of a block's values ends, and leads to none of another block.
    @Test
    func chainOfValuesThatWasWrittenOver_ends() throws {
        let world = try World()
        let (mine, other) = (try world.value(), try world.value())
        let block = try world.block(leadingTo: mine, mine)
        _ = try world.block(leadingTo: other)
        let entries = (0..<3).map { Passage.Entry(arena: world.arena, index: $0) }
        for place: UInt64 in [0, 1, 2, 3, 4, 1 << 32, .max] {
            for entry in entries { entry.next.store(place) }
            #expect(world.passage.values(in: block).isSubset(of: [mine]), "place \(place)")
        }
    }

    @Test
    func freedBlock_leavesValuesThatAMemberHolds() throws {
        let world = try World()
        let value = try world.value()
        let (record, _) = SharedRecord.find(value, in: world.arena)
        record.hold(by: 2)
        world.shares.free(try world.block(leadingTo: value))
        #expect(world.names == [value])
        record.letGo(by: 2)
        world.table.freeIfUnused(record)
        #expect(world.names.isEmpty)
    }

    @Test
    func valuesInsideOfOneThatGoes_goAsWell() throws {
        let world = try World()
        let innermost = try world.value()
        let shared = try world.value()
        let inner = try world.value(around: innermost, shared)
        let outer = try world.value(around: inner)
        let block = try world.block(leadingTo: outer)
        let other = try world.block(leadingTo: shared)
        world.shares.free(block)
        #expect(world.names == [shared])
        world.shares.free(other)
        #expect(world.names.isEmpty)
    }

    @Test
    func valuesOfADeadMember_goUnlessSomethingLeadsToThem() throws {
        let world = try World()
        let inner = try world.value()
        let (held, sent) = (try world.value(around: inner), try world.value())
        SharedRecord.find(held, in: world.arena).record.hold(by: 1)
        let block = try world.block(leadingTo: sent)
        SharedTable(mapping: world.fixture.mapping, member: 1, heap: nil).recover()
        #expect(world.names == [sent])
        world.shares.free(block)
        #expect(world.names.isEmpty)
    }

    @Test
    func placesOfValuesThatAreGone_areUsedAgain() throws {
        let world = try World()
        for _ in 0..<2000 { world.shares.free(try world.block(leadingTo: try world.value(), try world.value())) }
        #expect(world.names.isEmpty)
        #expect(world.table.count < 40)
    }
}
