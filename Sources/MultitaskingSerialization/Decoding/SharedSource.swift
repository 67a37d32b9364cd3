/// Where the cursor is that all frames of a payload move: a pointer, so that reading counts no references.
///
/// SAFETY: the pointer is owned by a ``DecodingCore`` and freed with it; every frame keeps its core.
@safe struct SharedSource {
    /// For accessors by address: a `_modify` coroutine is not always inlined, and every field takes several accesses.
    let address: UnsafeMutablePointer<ByteSource>

    init(_ source: ByteSource) {
        unsafe address = .allocate(capacity: 1)
        unsafe address.initialize(to: source)
    }

    /// Frees the memory; nothing else may be called afterwards.
    func free() { unsafe address.deallocate() }
}
