import MultitaskingCore
import MultitaskingSerialization

// What is coded by the type that a value has when it is sent, because its static type does not say enough: a `Derived`
// that was captured as a `Base` must arrive as a `Derived`.

/// A reference to an object, or an optional one.
final class ObjectSlot: SlotCoder, @unchecked Sendable {
    // SAFETY: constants only.
    private let type: Any.Type
    private let isOptional: Bool

    init(_ type: Any.Type, isOptional: Bool, offset: Int) {
        self.type = type
        self.isOptional = isOptional
        super.init(offset: offset)
    }

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        guard let reference = (context + offset).address() else { return sink.trace.append(0) }
        try ObjectCoders.write(reference.object, to: &sink)
    }

    override func shape(from source: inout TraceSource) throws -> CaptureShape {
        guard source.words.first == 0 else { return .object(try source.nextType()) }
        _ = try source.next()
        return .object(nil)
    }

    override func receiver(for shape: CaptureShape, _ images: LoadedImages) throws -> SlotReceiver {
        guard case .object(let reference) = shape else { throw LoadedImages.damaged }
        guard let reference else {
            guard isOptional else { throw LoadedImages.damaged }
            return ObjectReceiver(nil, offset: offset)
        }
        let type = try images.type(reference)
        guard ObjectCoders.isClass(type, kindOf: self.type) else { throw LoadedImages.damaged }
        return ObjectReceiver(try ObjectCoders.receiver(ofObject: type), offset: offset)
    }
}

/// An array of objects.
final class ObjectsSlot: SlotCoder, @unchecked Sendable {
    // SAFETY: constants only.
    private let type: Any.Type

    init(_ type: Any.Type, offset: Int) {
        self.type = type
        super.init(offset: offset)
    }

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        guard let storage = (context + offset).address() else { throw CaptureRefusal.unknownLayout }
        try ObjectsCoder.write(elementsOf: storage, to: &sink)
    }

    override func shape(from source: inout TraceSource) throws -> CaptureShape {
        .objects(try ObjectsCoder.classes(from: &source))
    }

    override func receiver(for shape: CaptureShape, _ images: LoadedImages) throws -> SlotReceiver {
        guard case .objects(let references) = shape else { throw LoadedImages.damaged }
        let types = try references.map { try images.type($0) }
        guard types.allSatisfy({ ObjectCoders.isClass($0, kindOf: type) }) else { throw LoadedImages.damaged }
        return ObjectReceiver(try ObjectsReceiver(types), offset: offset)
    }
}

/// A reference to what is made by itself: an object, or the storage of an array.
private final class ObjectReceiver: SlotReceiver, @unchecked Sendable {
    // SAFETY: constants only.
    private let object: ContextReceiver?

    init(_ object: ContextReceiver?, offset: Int) {
        self.object = object
        super.init(offset: offset)
    }

    override func read(from reader: PayloadReader, into context: UnsafeMutableRawPointer) throws {
        let reference = try object?.read(from: reader) ?? 0
        // SAFETY: the layout has room for a reference here; storing it moves it into the context.
        unsafe (context + offset).storeBytes(of: reference, as: UInt.self)
    }

    override func destroy(in context: UnsafeMutableRawPointer) {
        ContextReceiver.release(unsafe (context + offset).load(as: UInt.self))
    }
}

/// A value of a protocol type.
final class ExistentialSlot<Existential>: SlotCoder, @unchecked Sendable {
    // SAFETY: constants only.

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        // SAFETY: the compiler's description says that there is an `Existential`, and the caller holds the context.
        let value = unsafe (context + offset).pointer.assumingMemoryBound(to: Existential.self).pointee
        let type = Swift.type(of: value as Any)
        if MetadataKind.of(type) == MetadataKind.nativeClass {
            return try ObjectCoders.write(value as AnyObject, to: &sink)
        }
        guard let coded = value as? any Codable else {
            throw CaptureRefusal.notCodable(type, in: Existential.self)
        }
        try SharedState.check(type)
        func write<Value: Codable>(_ value: Value) throws {
            sink.trace.append(RawAddress(Value.self).bits)
            try sink.writer.encode(value)
        }
        try write(coded)
    }

    override func shape(from source: inout TraceSource) throws -> CaptureShape {
        .existential(try source.nextType())
    }

    override func receiver(for shape: CaptureShape, _ images: LoadedImages) throws -> SlotReceiver {
        guard case .existential(let reference) = shape, let type = try images.type(reference) as? any Codable.Type
        else { throw LoadedImages.damaged }
        func receiver<Value: Codable>(_: Value.Type) -> SlotReceiver {
            ExistentialReceiver<Existential, Value>(offset: offset)
        }
        return receiver(type)
    }
}

private final class ExistentialReceiver<Existential, Value: Codable>: SlotReceiver, @unchecked Sendable {
    // SAFETY: constants only.

    override func read(from reader: PayloadReader, into context: UnsafeMutableRawPointer) throws {
        guard let value = try reader.decode(Value.self) as? Existential else {
            throw MultitaskingError(.decodeFailed, "a captured \(Value.self) isn't an \(Existential.self)")
        }
        // SAFETY: the layout has room for an `Existential` here, which is not initialized yet.
        unsafe (context + offset).initializeMemory(as: Existential.self, to: value)
    }

    override func destroy(in context: UnsafeMutableRawPointer) {
        // SAFETY: `read` has initialized it.
        _ = unsafe (context + offset).assumingMemoryBound(to: Existential.self).deinitialize(count: 1)
    }
}
