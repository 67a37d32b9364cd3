import MultitaskingCore
import MultitaskingSystem
import Testing

@testable import MultitaskingProcesses

@Suite("How large a pool's shared memory is")
struct ArenaPlanTests {
    private func plan(
        _ asked: Int? = nil, memory: Int = 64 << 30, fileSize: Int? = nil, addressSpace: Int? = nil
    ) -> ArenaPlan {
        ArenaPlan(
            workers: 4, asked: asked,
            resources: UsableResources(
                SystemFiles(root: "/nonexistent"), onlineCores: 4, physicalMemory: memory),
            fileSize: fileSize, addressSpace: addressSpace)
    }

    @Test("Without limits it has four million slots, and half of the memory for payloads")
    func unlimited() {
        let layout = plan().first
        #expect(layout.slotCapacity == 1 << 22)
        #expect(layout.chunkCount == 32 << 10)
    }

    @Test("In 400 MiB, slots and payloads together leave room for the program")
    func smallMemory() {
        let layout = plan(memory: 400 << 20).first
        #expect(layout.chunkCount == 200)
        #expect(layout.slotCapacity * ArenaLayout.bytesPerSlot + layout.chunkCount << 20 <= 300 << 20)
        #expect(layout.slotCapacity >= 1 << 18)
    }

    @Test("It fits into a limit of files or addresses", arguments: [300 << 20, 1 << 30, 8_000_000 << 10])
    func fits(_ limit: Int) {
        #expect(plan(fileSize: limit).first.size <= limit)
        #expect(plan(addressSpace: limit).first.size <= limit / 2)
        #expect(plan(64 << 20, fileSize: limit).first.size <= limit)
        #expect(plan(64 << 20, fileSize: limit).first.chunkCount == 64)
    }

    @Test("What was asked for is kept, however little room there is")
    func askedFor() {
        #expect(plan(1 << 30, memory: 400 << 20).first.chunkCount == 1 << 10)
        #expect(plan(1 << 30, fileSize: 200 << 20).first.chunkCount == 1 << 10)
    }

    @Test("What is refused is tried smaller, and there is a smallest", arguments: [nil, 1 << 30])
    func smaller(_ asked: Int?) {
        let plan = plan(asked)
        var layouts = [plan.first]
        while let next = layouts.last.flatMap({ plan.smaller(than: $0) }), layouts.count < 100 { layouts.append(next) }
        #expect(layouts.count > 5 && layouts.count < 40)
        #expect(zip(layouts, layouts.dropFirst()).allSatisfy { $1.size < $0.size })
        #expect(layouts.last?.chunkCount == (asked.map { $0 >> 20 } ?? 16))
        #expect(layouts.last?.slotCapacity == ArenaPlan.fewestSlots)
    }
}
