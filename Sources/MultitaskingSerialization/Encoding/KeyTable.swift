/// The keys of one payload that are written once and then named by an index.
///
/// Only keys of types that are one byte or less are in the table: enumerations, whose cases are few. The keys of
/// dictionaries and other made-up keys stand where they are used.
final class KeyTable {
    private var indices: [String: UInt8] = [:]
    private var plans: [ObjectIdentifier: KeyPlan] = [:]
    private let bytes = ByteSink(capacity: 256)
    /// How often the table was emptied.
    private(set) var generation = 0

    deinit { for plan in plans.values { plan.free() } }

    /// The plan for keys of this type; it is valid for as long as the table.
    func plan<Key: CodingKey>(for type: Key.Type) -> KeyPlan {
        guard MemoryLayout<Key>.size <= 1 else { return .inline }
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
        bytes.end.append(UInt8(byteCount))
        var key = key
        key.withUTF8 { unsafe bytes.end.append(bytes: UnsafeRawBufferPointer($0)) }
        return index
    }

    /// How many bytes ``write(into:)`` writes.
    @inline(__always) var byteCount: Int { 1 + bytes.byteCount }

    /// Writes how many keys there are, one byte, and each key: its length, one byte, and its UTF-8.
    @inline(__always) func write(into target: UnsafeMutableRawBufferPointer) {
        guard bytes.end.count > 0 else { return unsafe target[0] = 0 }
        unsafe target[0] = UInt8(indices.count)
        unsafe bytes.copy(into: .init(rebasing: target[1...]))
    }

    /// Forgets all keys.
    func reset() {
        guard bytes.end.count > 0 else { return }
        indices.removeAll(keepingCapacity: true)
        bytes.reset()
        generation &+= 1
    }
}
