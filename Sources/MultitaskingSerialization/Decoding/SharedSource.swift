/// The cursor that all frames of a payload move: a pointer, so that reading counts no references.
///
/// SAFETY: the pointer is owned by a ``DecodingCore`` and freed with it; every frame keeps its core.
@safe struct SharedSource {
    private let pointer: UnsafeMutablePointer<ByteSource>

    init(_ source: ByteSource) {
        unsafe pointer = .allocate(capacity: 1)
        unsafe pointer.initialize(to: source)
    }

    /// Frees the memory; nothing else may be called afterwards.
    func free() { unsafe pointer.deallocate() }

    var source: ByteSource {
        @inline(__always) get { unsafe pointer.pointee }
        @inline(__always) nonmutating _modify { yield unsafe &pointer.pointee }
    }
}
