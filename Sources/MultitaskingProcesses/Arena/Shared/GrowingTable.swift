import MultitaskingCore
import MultitaskingSystem

/// A table in the arena whose places are used as they are needed, so that nobody looks through those that never were.
struct GrowingTable {
    /// How many places were ever used; whatever a task has written there.
    let used: SharedWord
    let limit: Int

    /// How many places to look at.
    var count: Int { min(Int(clamping: used.load()), limit) }

    /// Takes a place: one that was used before if a few looks find one that is free, else the next one, and any that is
    /// free if there is no other.
    ///
    /// - Parameter take: takes the place with a number; nil if it isn't free.
    /// - Returns: nil if all places are in use.
    func claim<Place>(_ take: (Int) -> Place?) -> Place? {
        var source = SplitMix64(seed: UInt64(truncatingIfNeeded: monotonicNanoseconds()))
        for _ in 0..<Self.looks {
            // Looked at once: a task may have written over it in between.
            let count = count
            guard count > 0 else { break }
            if let place = take(.random(in: 0..<count, using: &source)) { return place }
        }
        while true {
            let last = used.load()
            guard last < UInt64(limit) else { break }
            guard used.compareExchange(last, last &+ 1) else { continue }
            if let place = take(Int(last)) { return place }
        }
        for index in 0..<count { if let place = take(index) { return place } }
        return nil
    }

    /// With half of the places free, one claim in 65,536 makes the table grow.
    private static let looks = 16
}
