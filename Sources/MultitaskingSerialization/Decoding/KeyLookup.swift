/// Which index stands for a key; the counterpart of ``KeyPlan``.
///
/// SAFETY: `references` are 256 bytes owned by the ``KeyNames`` that made the lookup, which outlives every frame that
/// uses it.
@safe struct KeyLookup {
    /// For each byte that a key can be: 0 if unknown, else the index plus one, or ``KeyReference/inline`` if none.
    private let references: UnsafeMutableRawPointer

    init() {
        unsafe references = .allocate(byteCount: 256, alignment: 16)
        unsafe references.initializeMemory(as: UInt8.self, repeating: 0, count: 256)
    }

    /// Frees the memory; nothing else may be called afterwards.
    func free() { unsafe references.deallocate() }

    /// The index of `key`, if it was looked up before; nil says nothing.
    @inline(__always) func knownIndex<Key: CodingKey>(of key: Key) -> UInt8? {
        let known = unsafe references.load(fromByteOffset: Int(KeyPlan.byte(of: key)), as: UInt8.self)
        return known == 0 || known == KeyReference.inline ? nil : known &- 1
    }

    /// Whether `reference`, which is not ``KeyReference/inline``, stands for `key`.
    @inline(__always) func matches<Key: CodingKey>(_ key: Key, _ reference: UInt8, in keys: KeyNames) -> Bool {
        let byte = Int(KeyPlan.byte(of: key))
        let known = unsafe references.load(fromByteOffset: byte, as: UInt8.self)
        return (known == 0 ? find(key, byte, in: keys) : known) == reference &+ 1
    }

    @inline(never) private func find<Key: CodingKey>(_ key: Key, _ byte: Int, in keys: KeyNames) -> UInt8 {
        let index = keys.names.firstIndex(of: key.stringValue)
        let reference = index.flatMap { UInt8(exactly: $0 + 1) } ?? KeyReference.inline
        unsafe references.storeBytes(of: reference, toByteOffset: byte, as: UInt8.self)
        return reference
    }
}
