/// The keys of one payload that are written once and then named by an index.
///
/// Only keys of types that are one byte or less are in the table: enumerations, whose cases are few. The keys of
/// dictionaries and other made-up keys stand where they are used.
final class KeyTable {
    private var indices: [String: UInt8] = [:]
    private var plans: [ObjectIdentifier: KeyPlan] = [:]
    private let bytes = ByteSink(capacity: 256)
    private(set) var generation = 0

    /// The plan for keys of this type; nil if such keys stand where they are used.
    func plan<Key: CodingKey>(for type: Key.Type) -> KeyPlan? {
        guard MemoryLayout<Key>.size <= 1 else { return nil }
        let id = ObjectIdentifier(type)
        if let plan = plans[id] { return plan }
        let plan = KeyPlan()
        plans[id] = plan
        return plan
    }

    /// The index of a key; nil if it must stand where it is used.
    func index(of key: String) -> UInt8? {
        if let index = indices[key] { return index }
        let byteCount = key.utf8.count
        guard indices.count < KeyReference.tableLimit, byteCount <= KeyReference.lengthLimit else { return nil }
        let index = UInt8(indices.count)
        indices[key] = index
        bytes.append(UInt8(byteCount))
        var key = key
        key.withUTF8 { unsafe bytes.append(bytes: UnsafeRawBufferPointer($0)) }
        return index
    }

    /// How many bytes ``write(into:)`` writes.
    var byteCount: Int { 1 + bytes.byteCount }

    /// Writes how many keys there are, one byte, and each key: its length, one byte, and its UTF-8.
    func write(into target: UnsafeMutableRawBufferPointer) {
        unsafe target[0] = UInt8(indices.count)
        unsafe bytes.copy(into: .init(rebasing: target[1...]))
    }

    /// Forgets all keys.
    func reset() {
        guard !indices.isEmpty else { return }
        indices.removeAll(keepingCapacity: true)
        bytes.reset()
        generation &+= 1
    }
}

/// Which byte of a key's value in memory stands for which index of the table: it saves making and comparing strings.
///
/// A key type of one byte or less has at most 256 values, and equal bytes are equal keys.
final class KeyPlan {
    private var references = [UInt8](repeating: 0, count: 256)
    private var generation = 0

    /// The index of `key` plus one; 0 if the table does not have it.
    @inline(__always) func reference<Key: CodingKey>(to key: Key, in table: KeyTable) -> UInt8 {
        let byte = Int(KeyPlan.byte(of: key))
        if generation == table.generation, references[byte] != 0 { return references[byte] }
        return addReference(to: key, byte, in: table)
    }

    @inline(never) private func addReference<Key: CodingKey>(to key: Key, _ byte: Int, in table: KeyTable) -> UInt8 {
        if generation != table.generation {
            for index in references.indices { references[index] = 0 }
            generation = table.generation
        }
        guard let index = table.index(of: key.stringValue) else { return 0 }
        references[byte] = index + 1
        return index + 1
    }

    /// The one byte that `key` is; 0 if its type has only one value.
    @inline(__always) static func byte<Key: CodingKey>(of key: Key) -> UInt8 {
        // SAFETY: reads the value's own bytes; a type of size 1 has no padding.
        unsafe withUnsafeBytes(of: key) { unsafe $0.first ?? 0 }
    }
}
