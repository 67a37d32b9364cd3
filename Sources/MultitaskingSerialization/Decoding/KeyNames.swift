/// The keys of one payload that are named by an index.
final class KeyNames {
    let names: [String]
    private var lookups: [ObjectIdentifier: KeyLookup] = [:]

    /// Makes an empty table.
    init() { names = [] }

    /// Reads the table at the beginning of a payload.
    init(from source: inout ByteSource) throws(ReadFailure) {
        let count = Int(try source.readByte())
        // Beyond it, a reference plus one would be the mark of a key that stands where it is used.
        guard count <= KeyReference.tableLimit else { throw .invalid("the table of keys is too long") }
        var names: [String] = []
        // Each name takes a byte at least.
        names.reserveCapacity(min(count, source.remaining))
        for _ in 0..<count {
            names.append(try source.readUTF8(try source.readCount(UInt8.self, width: 1)))
        }
        self.names = names
    }

    deinit { for lookup in lookups.values { lookup.free() } }

    /// The lookup for keys of this type, valid for as long as this object; nil if such keys have no index.
    func lookup<Key: CodingKey>(for type: Key.Type) -> KeyLookup? {
        guard MemoryLayout<Key>.size <= 1 else { return nil }
        let id = ObjectIdentifier(type)
        if let lookup = lookups[id] { return lookup }
        let lookup = KeyLookup()
        lookups[id] = lookup
        return lookup
    }

    /// The name behind a reference that is not ``KeyReference/inline``.
    func name(_ reference: UInt8) throws(ReadFailure) -> String {
        guard Int(reference) < names.count else { throw .invalid("a key isn't in the table of keys") }
        return names[Int(reference)]
    }
}
