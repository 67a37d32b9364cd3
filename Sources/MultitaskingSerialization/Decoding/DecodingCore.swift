/// What all decoders of one payload share: the bytes, the key table and a stack of frames that is reused.
final class DecodingCore {
    let shared: SharedSource
    /// The cursor that all frames move.
    var source: ByteSource {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(shared.address) }
        @inline(__always) unsafeMutableAddress { unsafe shared.address }
    }
    let keys: KeyNames
    let userInfo: [CodingUserInfoKey: Any]
    // SAFETY: used only by the methods below, none of which calls another while it changes the array.
    @exclusivity(unchecked) private var frames: [DecodingFrame] = []
    /// The frames that left the stack, as somebody used them when their slots were needed.
    private var retired = KeptFrames()
    /// The slot of the newest frame in use.
    private(set) var top = -1
    /// Arrays that are read element by element, by where they begin.
    private var expansions: [Int: ExpandedArray] = [:]
    /// The cores that read them, one for each time that one was opened.
    private var expandedCores: [DecodingCore] = []
    /// Where values end that were skipped before.
    private var skipped: SkippedValues
    /// How many values may still be begun; see ``CodingLimit``.
    private var work: Int
    /// Whether the payload is done with: nobody would break the cycle between the core and new frames.
    private var isInvalid = false

    init(source: ByteSource, keys: KeyNames, userInfo: [CodingUserInfoKey: Any]) {
        shared = SharedSource(source)
        skipped = SkippedValues(byteCount: source.end)
        work = CodingLimit.work(forByteCount: source.end)
        self.keys = keys
        self.userInfo = userInfo
    }

    deinit { shared.free() }

    /// The frame under all others; it may stand below a frame of another core.
    func root(below parent: DecodingFrame? = nil) throws -> DecodingFrame {
        top = -1
        let frame = try push(below: parent)
        frame.begin(in: parent, .none, depth: parent?.depth ?? 0, nesting: parent?.nesting ?? 0)
        return frame
    }

    /// The next frame of the stack, in whatever state it was left.
    ///
    /// - Throws: if the payload is done with.
    @inline(__always) func push(below parent: DecodingFrame?) throws -> DecodingFrame {
        top &+= 1
        if unsafe top < frames.count {
            let frame = unsafe frames[top]
            if !frame.isUsed { return frame }
        }
        return try pushNew(below: parent)
    }

    @inline(never) private func pushNew(below parent: DecodingFrame?) throws -> DecodingFrame {
        let frame = DecodingFrame(core: self)
        if isInvalid { throw (parent ?? frame).error(.truncated, Any.self) }
        if unsafe top < frames.count {
            _ = retired.keep(unsafe frames[top])
            unsafe frames[top] = frame
        } else {
            unsafe frames.append(frame)
        }
        return frame
    }

    /// Reads the value at the cursor and leaves the cursor behind it.
    func decode<Value: Decodable>(
        _ type: Value.Type, in frame: DecodingFrame, _ step: @autoclosure () -> PathStep
    ) throws -> Value {
        let strategy = TypeTable.info(for: type).strategy
        do {
            // What was not written as the strategy would have is left to the type's own `init(from:)`.
            if try source.isNext(strategy) {
                guard case .elements(let array) = strategy else { return try source.read(type, by: strategy) }
                return try decodeElements(as: array, type, in: frame, step())
            }
        } catch let failure as ReadFailure {
            throw frame.error(failure, type, step())
        }
        if case .optional(let optional) = strategy { return try decode(optional, as: type, in: frame, step()) }
        return try decodeInNewFrame(type, in: frame, step())
    }

    private func decode<Payload: OptionalPayload, Value>(
        _ payload: Payload.Type, as type: Value.Type, in frame: DecodingFrame, _ step: PathStep
    ) throws -> Value {
        reinterpret(try payload.decode(in: frame, step), as: type)
    }

    private func decodeElements<Elements: ElementArray, Value>(
        as array: Elements.Type, _ type: Value.Type, in parent: DecodingFrame, _ step: PathStep
    ) throws -> Value {
        let slot = top
        let frame = try begin(type, in: parent, step)
        defer { top = slot }
        let count = try frame.openUnkeyed()
        return reinterpret(try array.decodeElements(count, in: frame), as: type)
    }

    /// Reads the value at the cursor by its own `init(from:)` and leaves the cursor behind it.
    @inline(__always) func decodeInNewFrame<Value: Decodable>(
        _ type: Value.Type, in parent: DecodingFrame, _ step: @autoclosure () -> PathStep
    ) throws -> Value {
        let slot = top
        let frame = try begin(type, in: parent, step())
        defer { top = slot }
        let value = try type.init(from: ValueDecoder(handle: frame.handle))
        try frame.leave(type)
        return value
    }

    @inline(__always) private func begin(
        _ type: Any.Type, in parent: DecodingFrame, _ step: @autoclosure () -> PathStep
    ) throws -> DecodingFrame {
        guard parent.depth < CodingLimit.depth else { throw tooDeep(type, in: parent, step()) }
        work &-= 1
        guard work >= 0 else { throw tooMuchWork(type, in: parent, step()) }
        let frame = try push(below: parent)
        frame.begin(in: parent, step(), depth: parent.depth + 1, nesting: parent.nesting)
        return frame
    }

    @inline(never) private func tooDeep(_ type: Any.Type, in parent: DecodingFrame, _ step: PathStep) -> DecodingError {
        parent.error(.invalid("values are nested more than \(CodingLimit.depth) levels deep"), type, step)
    }

    @inline(never) private func tooMuchWork(
        _ type: Any.Type, in parent: DecodingFrame, _ step: PathStep
    ) -> DecodingError {
        parent.error(
            .invalid("the payload is read repeatedly, for longer than any payload of its size needs"), type, step)
    }

    /// Goes beyond one value, whatever it is.
    func skipValue() throws(ReadFailure) { try source.skipValue(knowing: &skipped) }

    /// A core that reads the elements of an array, until the payload is done with.
    func core(reading array: ExpandedArray) -> DecodingCore {
        let core = DecodingCore(source: array.source, keys: keys, userInfo: userInfo)
        expandedCores.append(core)
        return core
    }

    /// The array of numbers at `start`, element by element; made once, and kept until the payload is done with.
    func expandArray(at start: Int, elementTag: UInt8) throws(ReadFailure) -> ExpandedArray {
        if let expansion = expansions[start] { return expansion }
        source.seek(to: start)
        let expansion = try ExpandedArray(source.expandedArray(elementTag: elementTag))
        expansions[start] = expansion
        return expansion
    }

    /// Makes whatever decoder or container somebody kept read nothing, and breaks the cycle between the core and its
    /// frames.
    func invalidate() {
        isInvalid = true
        source = unsafe ByteSource(UnsafeRawBufferPointer(start: nil, count: 0))
        // The last first: each keeps the one that it stands in, and must not be what frees it, since that one may free
        // its own in turn, deeper and deeper in the stack.
        while let frame = unsafe frames.popLast() { frame.detach() }
        for frame in retired.removeAll() { frame.detach() }
        for core in expandedCores { core.invalidate() }
        expandedCores.removeAll()
        expansions.removeAll()
    }
}

/// An array of numbers, written out element by element in memory of its own.
///
/// SAFETY: the bytes are freed in `deinit`; the core that keeps the array keeps those that read it, too, and
/// invalidates them before it lets go of the array.
@safe final class ExpandedArray {
    let source: ByteSource
    let count: Int
    /// Where the array ends in the payload.
    let end: Int
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ array: (elements: [UInt8], count: Int, end: Int)) {
        let elements = array.elements
        (count, end) = (array.count, array.end)
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, elements.count), alignment: 1)
        unsafe bytes.copyBytes(from: elements)
        unsafe self.bytes = bytes
        source = unsafe ByteSource(UnsafeRawBufferPointer(rebasing: bytes[..<elements.count]))
    }

    deinit { unsafe bytes.deallocate() }
}
