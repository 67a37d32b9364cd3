import CMultitaskingLinux
import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

/// The supervisor answers for copies of the client that have left and whose chunks another member needs.
@Suite struct MemoryOfCopiesTests {
    private let fixture: Fixture
    private let supervisor: Supervisor
    private let copy: MemberRecord

    /// A copy, with a chunk of which nothing is in use.
    init() throws {
        fixture = try Fixture(chunks: 1)
        supervisor = Supervisor(fixture.mapping, doorbell: -1, client: -1, link: -1, nesting: mt_nesting())
        copy = fixture.arena.member(fixture.arena.layout.workers + 1)
        fixture.arena.header.forkedCount.store(1)
        let heap = Heap(arena: fixture.arena, member: copy.index)
        heap.free(try heap.allocate(300, journal: JournalEntry(arena: fixture.arena, offset: nil)))
    }

    private var usedChunks: Int { fixture.arena.blocksInUse().chunks }

    @Test func chunksGoBack_whenTheCopyHasLeftAndAnotherMemberAsks() {
        copy.state = .left
        supervisor.giveBackChunksOfForkedTasks()
        #expect(usedChunks == 1, "nobody has asked")
        #expect(!fixture.arena.askForEmptyChunks(by: 1) { true }, "nobody has answered")
        supervisor.giveBackChunksOfForkedTasks()
        #expect(usedChunks == 0)
        #expect(copy.state == .left && !copy.isAskedForChunks)
    }

    @Test(arguments: [MemberRecord.State.ready, .starting]) func chunksStay_whenTheCopyIsThere(
        state: MemberRecord.State
    ) {
        copy.state = state
        copy.attention.formUnion(MemberRecord.Attention.chunks)
        supervisor.giveBackChunksOfForkedTasks()
        #expect(usedChunks == 1)
        #expect(copy.state == state && copy.isAskedForChunks, "the copy answers itself")
    }

    @Test func numberIsNotTaken_whileTheSupervisorGivesBackItsMemory() {
        copy.state = .left
        copy.whileGone { #expect(!copy.take()) }
        #expect(copy.take() && copy.state == .starting)
        #expect(!copy.take(), "it is taken")
        copy.whileGone { Issue.record("the copy is there") }
    }

    @Test func successorGoesOn_whereASupervisorDiedWhileItGaveBackMemory() {
        copy.state = .left
        copy.whileGone {
            // As far as it gets before it dies.
            let run = ChunkWord(.run, owner: copy.index, value: 1)
            let blocks = ChunkWord(.blocks, owner: copy.index, sizeClass: SizeClass.holding(300) ?? 0)
            #expect(fixture.arena.chunk(0).compareExchange(blocks, run))
            supervisor.recoverForkedTasksAfterPredecessor()
            #expect(copy.state == .left)
        }
        #expect(usedChunks == 0)
        #expect(copy.take())
    }
}
