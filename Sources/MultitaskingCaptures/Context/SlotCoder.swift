import MultitaskingCore
import MultitaskingSerialization

/// How one capture of a context is copied.
class SlotCoder: @unchecked Sendable {
    // SAFETY: subclasses have constants only.

    /// Where the capture lies in the context.
    final let offset: Int

    init(offset: Int) { self.offset = offset }

    /// Writes the captured value, and leaves in the trace what depends on it.
    func write(_ context: RawAddress, to sink: inout CaptureSink) throws { throw CaptureRefusal.unknownLayout }

    /// Reads from the trace what ``write(_:to:)`` left.
    func shape(from source: inout TraceSource) throws -> CaptureShape { .value }

    /// What reads the capture of such a shape.
    ///
    /// - Throws: `functionNotFound` if it isn't a shape of this capture.
    func receiver(for shape: CaptureShape, _ images: LoadedImages) throws -> SlotReceiver { throw LoadedImages.damaged }

    static func make(_ kind: CaptureKind, offset: Int) -> SlotCoder {
        switch kind {
        case .value(let type):
            func value<Value: Codable>(_: Value.Type) -> SlotCoder { ValueSlot<Value>(offset: offset) }
            return value(type)
        case .object(let type, let isOptional): return ObjectSlot(type, isOptional: isOptional, offset: offset)
        case .objects(let type): return ObjectsSlot(type, offset: offset)
        case .existential(let type):
            func existential<Value>(_: Value.Type) -> SlotCoder { ExistentialSlot<Value>(offset: offset) }
            return existential(type)
        case .function: return FunctionSlot(offset: offset)
        case .tuple(let elements):
            return TupleSlot(elements.map { make($0.kind, offset: offset + $0.offset) }, offset: offset)
        case .lone(let type):
            func lone<Value>(_: Value.Type) -> SlotCoder { LoneSlot<Value>(offset: offset) }
            return lone(type)
        }
    }
}

/// How one capture of a context is made of what was sent.
class SlotReceiver: @unchecked Sendable {
    // SAFETY: subclasses have constants only.

    /// Where the capture lies in the context.
    final let offset: Int

    init(offset: Int) { self.offset = offset }

    /// How many bytes more than the type's size the capture may have.
    var room: Int { 0 }

    /// Reads a value and initializes the capture with it; if this throws, the capture is not initialized.
    func read(from reader: PayloadReader, into context: UnsafeMutableRawPointer) throws { throw LoadedImages.damaged }

    /// Destroys what ``read(from:into:)`` has made.
    func destroy(in context: UnsafeMutableRawPointer) {}
}

// MARK: Values

/// A value that is coded by its own `Codable`.
final class ValueSlot<Value: Codable>: SlotCoder, @unchecked Sendable {
    // SAFETY: constants only.

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        // SAFETY: the compiler's description says that there is a `Value`, and the caller holds the context.
        try unsafe sink.writer.encode((context + offset).pointer.assumingMemoryBound(to: Value.self).pointee)
    }

    override func receiver(for shape: CaptureShape, _ images: LoadedImages) throws -> SlotReceiver {
        guard case .value = shape else { throw LoadedImages.damaged }
        return ValueReceiver<Value>(offset: offset)
    }
}

private final class ValueReceiver<Value: Codable>: SlotReceiver, @unchecked Sendable {
    // SAFETY: constants only.

    override func read(from reader: PayloadReader, into context: UnsafeMutableRawPointer) throws {
        let value = try reader.decode(Value.self)
        // SAFETY: the layout has room for a `Value` here, which is not initialized yet.
        unsafe (context + offset).initializeMemory(as: Value.self, to: value)
    }

    override func destroy(in context: UnsafeMutableRawPointer) {
        // SAFETY: `read` has initialized it.
        _ = unsafe (context + offset).assumingMemoryBound(to: Value.self).deinitialize(count: 1)
    }
}

// MARK: Tuples

/// Elements that lie one behind the other.
final class TupleSlot: SlotCoder, @unchecked Sendable {
    // SAFETY: constants only.
    private let elements: [SlotCoder]

    init(_ elements: [SlotCoder], offset: Int) {
        self.elements = elements
        super.init(offset: offset)
    }

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        for element in elements { try element.write(context, to: &sink) }
    }

    override func shape(from source: inout TraceSource) throws -> CaptureShape {
        .tuple(try elements.map { try $0.shape(from: &source) })
    }

    override func receiver(for shape: CaptureShape, _ images: LoadedImages) throws -> SlotReceiver {
        guard case .tuple(let shapes) = shape, shapes.count == elements.count else { throw LoadedImages.damaged }
        return TupleReceiver(
            try zip(elements, shapes).map { try $0.receiver(for: $1, images) }, offset: offset)
    }
}

private final class TupleReceiver: SlotReceiver, @unchecked Sendable {
    // SAFETY: constants only.
    private let elements: [SlotReceiver]

    init(_ elements: [SlotReceiver], offset: Int) {
        self.elements = elements
        super.init(offset: offset)
    }

    override func read(from reader: PayloadReader, into context: UnsafeMutableRawPointer) throws {
        var count = 0
        do {
            while count < elements.count {
                try unsafe elements[count].read(from: reader, into: context)
                count += 1
            }
        } catch {
            for element in elements[..<count] { unsafe element.destroy(in: context) }
            throw error
        }
    }

    override func destroy(in context: UnsafeMutableRawPointer) {
        for element in elements { unsafe element.destroy(in: context) }
    }
}

// MARK: Functions

/// A function, which travels as this one does.
final class FunctionSlot: SlotCoder, @unchecked Sendable {
    // SAFETY: constants only.

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        try sink.write((context + offset).load(as: FunctionWords.self))
    }

    override func shape(from source: inout TraceSource) throws -> CaptureShape { .function(try source.function()) }

    override func receiver(for shape: CaptureShape, _ images: LoadedImages) throws -> SlotReceiver {
        guard case .function(let function) = shape else { throw LoadedImages.damaged }
        let (code, context) = try ContextReceiver.function(function, images)
        return FunctionReceiver(code, context, offset: offset)
    }
}

private final class FunctionReceiver: SlotReceiver, @unchecked Sendable {
    // SAFETY: constants only.
    private let code: UInt
    private let context: ContextReceiver

    init(_ code: UInt, _ context: ContextReceiver, offset: Int) {
        self.code = code
        self.context = context
        super.init(offset: offset)
    }

    override func read(from reader: PayloadReader, into context: UnsafeMutableRawPointer) throws {
        let words = FunctionWords(code: code, context: try self.context.read(from: reader))
        // SAFETY: the layout has room for a function here; storing the words moves the reference into it.
        unsafe (context + offset).storeBytes(of: words, as: FunctionWords.self)
    }

    override func destroy(in context: UnsafeMutableRawPointer) {
        ContextReceiver.release(unsafe (context + offset).load(as: FunctionWords.self).context)
    }
}
