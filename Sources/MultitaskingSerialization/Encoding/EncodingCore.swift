import MultitaskingCore

/// What all encoders of one writer share: the buffer, the key table and a stack of frames that is reused.
final class EncodingCore {
    let keys = KeyTable()
    let body = ByteSink(capacity: 256, mayUseSpare: true)
    private let exports: SharedExports?
    // Not made at once: a new worker's first task mostly needs none, and hashing takes pages that nothing else does.
    lazy var userInfo: [CodingUserInfoKey: Any] = exports.map { [.sharedExports: $0] } ?? [:]
    // SAFETY: used only by the methods below, none of which calls another while it changes the array.
    @exclusivity(unchecked) private var frames: [EncodingFrame] = []
    /// The slot of the newest frame in use.
    private(set) var top = -1

    init(exports: SharedExports? = nil) { self.exports = exports }

    /// The frame under all others; values of it stand one behind the other.
    func root() -> EncodingFrame {
        top = -1
        let frame = push()
        frame.beginRoot(body)
        return frame
    }

    /// The next frame of the stack, in whatever state it was left.
    @inline(__always) func push() -> EncodingFrame {
        top &+= 1
        if unsafe top < frames.count { return unsafe frames[top] }
        let frame = EncodingFrame(core: self, slot: top)
        unsafe frames.append(frame)
        return frame
    }

    /// The frame in `slot`.
    func frame(in slot: Int) -> EncodingFrame? {
        unsafe frames.indices.contains(slot) ? frames[slot] : nil
    }

    /// Appends a number, string or array of numbers behind all others, which takes no frame; false for anything else.
    @inline(__always) func encodeWhole<Value: Encodable>(_ value: Value, by strategy: TypeInfo.Strategy) -> Bool {
        switch strategy {
        case .number(let tag): body.end.append(tag: tag, numberIn: value)
        case .bool: body.end.append(tag: PayloadTag.bool, numberIn: value)
        case .string: body.append(string: reinterpret(value, as: String.self))
        case .array(let kind): kind.write(value, to: body)
        case .direct, .bytes, .elements, .optional, .general: return false
        }
        // A container that a former value kept must not go on here.
        body.end.tail = -1
        return true
    }

    /// Appends `value` where `frame` stands.
    func encode<Value: Encodable>(_ value: Value, in frame: EncodingFrame, _ step: @autoclosure () -> PathStep) throws {
        switch TypeTable.info(for: Value.self).strategy {
        case .number(let tag): frame.end.append(tag: tag, numberIn: value)
        case .bool: frame.end.append(tag: PayloadTag.bool, numberIn: value)
        case .string: frame.append(string: reinterpret(value, as: String.self))
        case .array(let kind): kind.write(value, to: frame.sink)
        case .direct(let type): write(value, as: type, to: frame.sink)
        case .bytes(let type): try write(value, as: type, in: frame, step())
        case .elements(let type): try encodeElements(of: value, as: type, in: frame, step())
        case .optional(let type): try write(value, as: type, in: frame, step())
        case .general: try encodeInNewFrame(value, in: frame, step())
        }
    }

    private func write<Value: Encodable, Direct: DirectPayload>(_ value: Value, as type: Direct.Type, to sink: ByteSink)
    {
        Direct.write(reinterpret(value, as: type), to: sink)
    }

    private func write<Value: Encodable, Bytes: ByteCollection>(
        _ value: Value, as type: Bytes.Type, in frame: EncodingFrame, _ step: PathStep
    ) throws {
        let bytes = reinterpret(value, as: type)
        if !frame.sink.append(bytes: bytes) { try encodeInNewFrame(value, in: frame, step) }
    }

    private func write<Value: Encodable, Payload: OptionalPayload>(
        _ value: Value, as type: Payload.Type, in frame: EncodingFrame, _ step: PathStep
    ) throws {
        try type.encode(reinterpret(value, as: type), in: frame, step)
    }

    private func encodeElements<Value: Encodable, Elements: ElementArray>(
        of value: Value, as type: Elements.Type, in parent: EncodingFrame, _ step: PathStep
    ) throws {
        let slot = top
        let frame = try begin(value, in: parent, step)
        defer { top = slot }
        try type.encodeElements(of: reinterpret(value, as: type), in: frame)
        try frame.finish()
    }

    /// Appends `value` by its own `encode(to:)`.
    func encodeInNewFrame<Value: Encodable>(_ value: Value, in parent: EncodingFrame, _ step: PathStep) throws {
        let slot = top
        let frame = try begin(value, in: parent, step)
        defer { top = slot }
        try value.encode(to: ValueEncoder(frame: frame))
        try frame.finish()
    }

    /// Appends elements by their own `encode(to:)`, one after the other in the same frame.
    func encodeInNewFrames<Element: Encodable>(
        _ elements: UnsafeBufferPointer<Element>, in parent: EncodingFrame
    ) throws {
        // SAFETY: the caller keeps the buffer; `index` stays below its count.
        guard var element = elements.baseAddress, elements.count > 0 else { return }
        let slot = top
        parent.beginElement()
        let frame = try begin(unsafe element.pointee, in: parent, .index(0))
        defer { top = slot }
        for index in 1...elements.count {
            try unsafe element.borrow { element in try element.encode(to: ValueEncoder(frame: frame)) }
            try frame.finish()
            guard index < elements.count else { return }
            unsafe element += 1
            parent.beginElement()
            top = frame.slot
            frame.begin(in: parent, .index(index), depth: parent.depth + 1, nesting: parent.nesting)
        }
    }

    @inline(__always) private func begin<Value>(
        _ value: Value, in parent: EncodingFrame, _ step: PathStep
    ) throws -> EncodingFrame {
        guard parent.depth < CodingLimit.depth else {
            // With its type for the value, whose description may need more of the stack than there is.
            throw parent.error("values are nested more than \(CodingLimit.depth) levels deep", value: type(of: value))
        }
        let frame = push()
        frame.begin(in: parent, step, depth: parent.depth + 1, nesting: parent.nesting)
        return frame
    }

    /// Breaks the cycle between the core and its frames.
    func invalidate() {
        for frame in unsafe frames { frame.detach() }
        unsafe frames.removeAll()
    }

    /// Forgets all payload, and gives memory back if there is much.
    func reset() {
        keys.reset()
        body.reset()
        top = -1
        guard unsafe frames.count > CodingLimit.keptFrames else { return }
        for frame in unsafe frames[CodingLimit.keptFrames...] { frame.detach() }
        unsafe frames.removeLast(frames.count - CodingLimit.keptFrames)
    }
}

extension UnsafePointer where Pointee: ~Copyable {
    /// Gives what is there to `body` without copying it, which is how the pointee of a type unknown here would be
    /// passed.
    @inline(__always) fileprivate func borrow<Failure>(
        _ body: (borrowing Pointee) throws(Failure) -> Void
    ) throws(Failure) {
        try unsafe body(pointee)
    }
}

/// `value`, seen as the type that it already has.
@inline(__always) func reinterpret<From, To>(_ value: From, as type: To.Type) -> To {
    // SAFETY: the type table gives a strategy only for exactly that type: `From` and `To` are the same, or both are
    // plain bits of one size.
    unsafe unsafeBitCast(value, to: type)
}
