import Testing

@testable import MultitaskingProcesses

@Suite
struct SharedRangesTests {
    private let room = 1 << 20..<1 << 30
    private let record: SharedRecord

    init() throws { record = SharedRecord(arena: try Fixture().arena, index: 0) }

    @Test
    func rangesFollowEachOther_andGapsAreUsedAtTheEndOfTheRoom() throws {
        var ranges = SharedRanges()
        var taken: [Range<Int>] = []
        while let range = ranges.append(1_000_000, in: room, record, UInt64(taken.count)) { taken.append(range) }
        #expect(taken.count == 1068 && taken.first?.lowerBound == room.lowerBound)
        #expect(zip(taken, taken.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
        #expect(taken.allSatisfy { $0.lowerBound % 4096 == 0 && $0.count == 1_003_520 && $0.upperBound <= 1 << 30 })
        #expect(ranges.byteCount == taken.count * 1_003_520)
        func insert(_ byteCount: Int) -> Range<Int>? { ranges.insert(byteCount, in: room, record, 0) }
        #expect(insert(1_000_000) == nil)
        ranges.removeAll { $0.serial == 7 || $0.serial == 500 }
        #expect(ranges.byteCount == (taken.count - 2) * 1_003_520)
        #expect(insert(1_000_000) == taken[7])
        // One that is smaller leaves room for another one of its size.
        let small = try #require(insert(10))
        #expect(small == taken[500].lowerBound..<taken[500].lowerBound + 4096)
        #expect(insert(1_000_000) == nil)
        #expect(insert(900_000)?.lowerBound == small.upperBound)
    }

    @Test
    func largeValuesLieAtHugePages() throws {
        var ranges = SharedRanges()
        _ = ranges.append(10, in: room, record, 0)
        let large = ranges.append(2 << 20, in: room, record, 0)
        #expect(large?.lowerBound == 2 << 20)
    }

    @Test
    func sweepIsDue_whenThereAreTwiceAsManyAsWereLeft() throws {
        var ranges = SharedRanges()
        for number in 0..<64 {
            #expect(!ranges.isSweepDue)
            _ = ranges.append(10, in: room, record, UInt64(number))
        }
        #expect(ranges.isSweepDue)
        ranges.removeAll { _ in false }
        #expect(!ranges.isSweepDue)
        for number in 0..<64 { _ = ranges.append(10, in: room, record, UInt64(number)) }
        #expect(ranges.isSweepDue)
        ranges.removeAll { _ in true }
        #expect(!ranges.isSweepDue && ranges.byteCount == 0)
        // A room that begins behind the end of what a process may write.
        let (last, gap) = (ranges.append(10, in: 5..<5, record, 0), ranges.insert(10, in: 5..<5, record, 0))
        #expect(last == nil && gap == nil)
    }
}
