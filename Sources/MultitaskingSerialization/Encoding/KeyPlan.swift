/// Which byte of a key's value in memory stands for which index of the table: it saves making and comparing strings.
///
/// A key type of one byte or less has at most 256 values, and equal bytes are equal keys.
///
/// SAFETY: `state` is owned by the ``KeyTable`` that made the plan, which outlives every frame that uses it.
@safe struct KeyPlan {
    @safe private struct State {
        var generation = -1
        let references: UnsafeMutableRawPointer
    }

    private let state: UnsafeMutablePointer<State>?

    /// The plan for keys that stand where they are used.
    static var inline: KeyPlan { unsafe KeyPlan(nil) }

    private init(_ state: UnsafeMutablePointer<State>?) { unsafe self.state = unsafe state }

    /// Makes a plan that knows no key.
    init() {
        let references = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 16)
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        unsafe state.initialize(to: State(references: references))
        unsafe self.init(state)
    }

    /// Frees all memory; nothing else may be called afterwards.
    func free() {
        unsafe state?.pointee.references.deallocate()
        unsafe state?.deallocate()
    }

    /// The index of `key` plus one; 0 if the table does not have it.
    @inline(__always) func reference<Key: CodingKey>(to key: Key, in table: KeyTable) -> UInt8 {
        guard let state = unsafe state else { return 0 }
        let byte = Int(KeyPlan.byte(of: key))
        if unsafe state.pointee.generation == table.generation {
            let reference = unsafe state.pointee.references.load(fromByteOffset: byte, as: UInt8.self)
            if reference != 0 { return reference }
        }
        return addReference(to: key, byte, in: table)
    }

    @inline(never) private func addReference<Key: CodingKey>(to key: Key, _ byte: Int, in table: KeyTable) -> UInt8 {
        guard let state = unsafe state else { return 0 }
        if unsafe state.pointee.generation != table.generation {
            unsafe state.pointee.references.initializeMemory(as: UInt8.self, repeating: 0, count: 256)
            unsafe state.pointee.generation = table.generation
        }
        guard let index = table.index(of: key.stringValue) else { return 0 }
        unsafe state.pointee.references.storeBytes(of: index + 1, toByteOffset: byte, as: UInt8.self)
        return index + 1
    }

    /// The one byte that `key` is; 0 if its type has only one value.
    @inline(__always) static func byte<Key: CodingKey>(of key: Key) -> UInt8 {
        guard MemoryLayout<Key>.size == 1 else { return 0 }
        // SAFETY: a type of size 1 has no padding, so its value is one byte.
        return unsafe unsafeBitCast(key, to: UInt8.self)
    }
}
