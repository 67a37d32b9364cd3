/// Where the client has put shared values behind the arena, in order, of which some may be gone by now.
///
/// A new one goes behind the last, as the file there is sparse. Only where that would be too far are gaps looked for.
struct SharedRanges {
    struct Place {
        let range: Range<Int>
        let record: SharedRecord
        let serial: UInt64
    }

    private var places: [Place] = []
    /// How many bytes all have, with those that are gone.
    private(set) var byteCount = 0
    /// At how many places to look which are gone: twice as many as there were last.
    private var sweepCount = leastSweepCount
    private static let leastSweepCount = 64

    var isSweepDue: Bool { places.count >= sweepCount }

    mutating func removeAll(where isGone: (Place) -> Bool) {
        places.removeAll(where: isGone)
        byteCount = places.reduce(0) { $0 + $1.range.count }
        sweepCount = max(Self.leastSweepCount, 2 * places.count)
    }

    /// Takes a range behind all others; nil if the room ends before.
    mutating func append(
        _ byteCount: Int, in room: Range<Int>, _ record: SharedRecord, _ serial: UInt64
    ) -> Range<Int>? {
        let start = places.last.map { Self.start(of: byteCount, behind: $0) } ?? room.lowerBound
        return insert(byteCount, at: start, in: room, before: places.count, record, serial)
    }

    /// Takes the first gap that is large enough; nil if there is none.
    ///
    /// - Complexity: O(*n*) in the number of ranges.
    mutating func insert(
        _ byteCount: Int, in room: Range<Int>, _ record: SharedRecord, _ serial: UInt64
    ) -> Range<Int>? {
        var start = room.lowerBound
        var index = 0
        while index < places.count, places[index].range.lowerBound - start < byteCount {
            start = Self.start(of: byteCount, behind: places[index])
            index += 1
        }
        return insert(byteCount, at: start, in: room, before: index, record, serial)
    }

    private mutating func insert(
        _ byteCount: Int, at start: Int, in room: Range<Int>, before index: Int, _ record: SharedRecord,
        _ serial: UInt64
    ) -> Range<Int>? {
        let length = (byteCount + 4095) & ~4095
        guard room.upperBound - start >= length else { return nil }
        let range = start..<start + length
        places.insert(Place(range: range, record: record, serial: serial), at: index)
        self.byteCount += length
        return range
    }

    /// Aligned so that the system may use huge pages.
    private static func start(of byteCount: Int, behind place: Place) -> Int {
        let unit = byteCount >= 2 << 20 ? 2 << 20 : 4096
        return (place.range.upperBound + unit - 1) & ~(unit - 1)
    }
}
