/// Where the entries of a keyed container are, by their keys; made when they are read in another order than written.
struct EntryIndex {
    /// How many entries a container may have whose entries are looked for one by one.
    static let threshold = 16

    /// An entry, and where its key is.
    struct Entry {
        fileprivate let hash: Int
        let number: Int
        let position: Int
    }

    private var all: [Entry] = []

    var isEmpty: Bool { all.isEmpty }

    mutating func append(_ key: String, number: Int, position: Int) {
        all.append(Entry(hash: Self.hash(key), number: number, position: position))
    }

    /// Makes the index ready for look-ups.
    mutating func sort() { all.sort { ($0.hash, $0.number) < ($1.hash, $1.number) } }

    /// The first entry from `next` on that has a key, or else the first of all; nil if there is none.
    func entry(of key: String, from next: Int) -> Entry? {
        let hash = Self.hash(key)
        for number in [next, 0] {
            let index = firstIndex(hash, number)
            if index < all.count, all[index].hash == hash { return all[index] }
        }
        return nil
    }

    /// The first index whose entry is not before a number of a hash.
    private func firstIndex(_ hash: Int, _ number: Int) -> Int {
        var range = 0..<all.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if (all[middle].hash, all[middle].number) < (hash, number) {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }

    /// 64 bits from a seed of the process: keys that meet in them cannot be made on purpose.
    private static func hash(_ key: String) -> Int {
        var hasher = Hasher()
        var key = key
        key.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }
}
