internal import MultitaskingPlatform

/// The place where a ``ByteSink`` grows: a pointer, so that appending to it counts no references.
///
/// SAFETY: `state` is allocated by the sink's initializer and freed with the sink; frames keep both together. `buffer`
/// has room for `capacity` bytes, of which the first `count` are initialized; every append reserves before it writes.
/// A sink is used by one thread at a time.
@safe struct SinkBuffer: Equatable {
    @safe private struct State {
        var buffer: UnsafeMutableRawPointer
        var capacity: Int
        var count = 0
        var tail = -1
        var segments = 0

        init(capacity: Int) {
            self.capacity = capacity
            unsafe buffer = SinkBuffer.resize(nil, to: capacity)
        }

        init(_ spare: SpareBuffer.Buffer) {
            capacity = unsafe spare.capacity
            unsafe buffer = spare.start
        }
    }

    private let state: UnsafeMutablePointer<State>

    /// Makes an empty buffer with room for `capacity` bytes; or for more, if another one's memory may be used again.
    init(capacity: Int, mayUseSpare: Bool) {
        unsafe state = .allocate(capacity: 1)
        if let spare = unsafe mayUseSpare ? SpareBuffer.take() : nil {
            unsafe state.initialize(to: State(spare))
        } else {
            unsafe state.initialize(to: State(capacity: capacity))
        }
    }

    static func == (left: Self, right: Self) -> Bool { unsafe left.state == right.state }

    /// Frees all memory; nothing else may be called afterwards.
    func deallocate() {
        if unsafe !SpareBuffer.give((state.pointee.buffer, state.pointee.capacity)) {
            unsafe free(state.pointee.buffer)
        }
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// How many bytes there are.
    var count: Int { unsafe state.pointee.count }

    /// The slot of the frame that may append; -1 if none.
    var tail: Int {
        get { unsafe state.pointee.tail }
        nonmutating set { unsafe state.pointee.tail = newValue }
    }

    /// How many segments the sink has: seldom any, and looking here is cheaper than at the array.
    var segments: Int {
        get { unsafe state.pointee.segments }
        nonmutating set { unsafe state.pointee.segments = newValue }
    }

    /// A place to come back to.
    struct Mark {
        let count: Int
        let segments: Int
    }

    @inline(__always) var mark: Mark { Mark(count: count, segments: segments) }

    @inline(__always) private func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if unsafe state.pointee.capacity &- state.pointee.count < byteCount { grow(byteCount) }
        return unsafe state.pointee.buffer + state.pointee.count
    }

    @inline(never) private func grow(_ byteCount: Int) {
        let capacity = max(unsafe state.pointee.capacity &* 2, count &+ byteCount)
        unsafe state.pointee.buffer = SinkBuffer.resize(state.pointee.buffer, to: capacity)
        unsafe state.pointee.capacity = capacity
    }

    /// Memory from malloc, because realloc moves large buffers by their pages, without copying and without touching new
    /// ones.
    private static func resize(_ buffer: UnsafeMutableRawPointer?, to capacity: Int) -> UnsafeMutableRawPointer {
        // Without memory, what Swift does then: it ends the process.
        unsafe realloc(buffer, capacity) ?? .allocate(byteCount: capacity, alignment: 16)
    }

    @inline(__always) func append(_ byte: UInt8) {
        unsafe reserve(1).storeBytes(of: byte, as: UInt8.self)
        unsafe state.pointee.count &+= 1
    }

    @inline(__always) func append<Number: BitwiseCopyable>(tag: UInt8, _ number: Number) {
        let end = unsafe reserve(1 &+ MemoryLayout<Number>.size)
        unsafe end.storeBytes(of: tag, as: UInt8.self)
        unsafe (end + 1).storeBytes(of: number, as: Number.self)
        unsafe state.pointee.count &+= 1 &+ MemoryLayout<Number>.size
    }

    /// Appends an entry of a keyed container: a key by its index, and a number.
    @inline(__always) func append<Number: BitwiseCopyable>(key: UInt8, tag: UInt8, _ number: Number) {
        let end = unsafe reserve(2 &+ MemoryLayout<Number>.size)
        unsafe end.storeBytes(of: UInt16(key) | UInt16(tag) << 8, as: UInt16.self)
        unsafe (end + 2).storeBytes(of: number, as: Number.self)
        unsafe state.pointee.count &+= 2 &+ MemoryLayout<Number>.size
    }

    /// Appends the bytes of a value whose type is one number, though only the type table knows that.
    @inline(__always) func append<Value>(tag: UInt8, numberIn value: Value) {
        append(tag)
        // SAFETY: the caller looked the type up: it is a plain number without padding.
        unsafe withUnsafeBytes(of: value) { unsafe append(bytes: $0) }
    }

    /// Appends a string, tag and all; false if it is longer than 255 bytes or its UTF-8 does not lie in one piece.
    @inline(__always) func append(shortString string: String) -> Bool {
        let isShort = unsafe string.utf8.withContiguousStorageIfAvailable { utf8 in
            guard utf8.count <= UInt8.max else { return false }
            let end = unsafe reserve(2 &+ utf8.count)
            unsafe end.storeBytes(of: PayloadTag.shortString, as: UInt8.self)
            unsafe (end + 1).storeBytes(of: UInt8(truncatingIfNeeded: utf8.count), as: UInt8.self)
            if let start = utf8.baseAddress { unsafe (end + 2).copyMemory(from: start, byteCount: utf8.count) }
            unsafe state.pointee.count &+= 2 &+ utf8.count
            return true
        }
        return isShort ?? false
    }

    func append(bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        unsafe reserve(bytes.count).copyMemory(from: start, byteCount: bytes.count)
        unsafe state.pointee.count &+= bytes.count
    }

    /// Overwrites the four bytes at `position`, which were appended before.
    func patch(_ number: UInt32, at position: Int) {
        guard position >= 0, position &+ 4 <= count else { return }
        unsafe (state.pointee.buffer + position).storeBytes(of: number, as: UInt32.self)
    }

    /// Puts a mark before the last value, which begins at `position`, if it reads as nil.
    @inline(__always) func markNil(at position: Int) {
        guard position < count else { return }
        let tag = unsafe state.pointee.buffer.load(fromByteOffset: position, as: UInt8.self)
        if tag == PayloadTag.null || tag == PayloadTag.some { markNil(from: position) }
    }

    /// All that there is are marks and one nil, so one nil more makes a mark of the last.
    @inline(never) private func markNil(from position: Int) {
        let value = unsafe bytes(position..<count)
        guard unsafe value.last == PayloadTag.null, unsafe value.dropLast().allSatisfy({ $0 == PayloadTag.some }) else {
            return
        }
        unsafe state.pointee.buffer.storeBytes(of: PayloadTag.some, toByteOffset: count &- 1, as: UInt8.self)
        append(PayloadTag.null)
    }

    /// Lends some of the bytes, until the next append.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        let range = range.clamped(to: 0..<count)
        return unsafe UnsafeRawBufferPointer(start: state.pointee.buffer + range.lowerBound, count: range.count)
    }

    /// Forgets all bytes beyond the first `count`.
    func rewind(to count: Int) {
        unsafe state.pointee.count = min(count, self.count)
        tail = -1
    }

    /// Forgets all bytes, and gives memory back if there is much.
    func reset() {
        rewind(to: 0)
        guard unsafe state.pointee.capacity > CodingLimit.keptBuffer else { return }
        unsafe state.pointee.buffer = SinkBuffer.resize(state.pointee.buffer, to: 256)
        unsafe state.pointee.capacity = 256
    }
}
