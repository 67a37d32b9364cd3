import MultitaskingCore
import MultitaskingSerialization
import Synchronization

/// Objects that are a capture, or are the whole context because they are the only one.
enum ObjectCoders {
    /// The coder of contexts that are objects of a class.
    ///
    /// - Throws: `CaptureRefusal` if they cannot be copied.
    static func coder(of type: Any.Type) throws -> ContextCoder {
        if RawAddress(type) == ArrayStorage.emptyClass { return EmptyArrayCoder() }
        guard ArrayStorage.isStorage(type) else {
            guard type is any Codable.Type else { throw CaptureRefusal.notCodable(object: type) }
            _ = try codable(type)
            return InstanceCoder()
        }
        if RawAddress(type) == ArrayStorage.classOfObjects { return ObjectsCoder() }
        guard let element = ArrayStorage.element(of: type) else { throw CaptureRefusal.unknownLayout }
        guard let element = element as? any Codable.Type else { throw CaptureRefusal.notCodable(element) }
        try SharedState.check(element)
        func make<Element: Codable>(_: Element.Type) -> ContextCoder { ArrayCoder<Element>() }
        return make(element)
    }

    /// Writes an object, and leaves its class in the trace.
    static func write(_ object: AnyObject, to sink: inout CaptureSink) throws {
        sink.trace.append(RawAddress(type(of: object)).bits)
        try encode(object, by: sink.writer)
    }

    /// Writes an object, whose class the trace has already.
    static func encode(_ object: AnyObject, by writer: PayloadWriter) throws {
        let type: Any.Type = Swift.type(of: object)
        func encode<Value: Codable>(_: Value.Type) throws {
            guard let value = object as? Value else { throw CaptureRefusal.notCodable(type) }
            try writer.encode(value)
        }
        try encode(try codable(type))
    }

    static func receiver(ofObject type: Any.Type) throws -> ContextReceiver {
        guard let type = type as? any Codable.Type, MetadataKind.of(type) == MetadataKind.nativeClass else {
            throw LoadedImages.damaged
        }
        func make<Value: Codable>(_: Value.Type) -> ContextReceiver { InstanceReceiver<Value>() }
        return make(type)
    }

    static func receiver(ofArray element: Any.Type) throws -> ContextReceiver {
        guard let element = element as? any Codable.Type else { throw LoadedImages.damaged }
        func make<Element: Codable>(_: Element.Type) -> ContextReceiver { ArrayReceiver<Element>() }
        return make(element)
    }

    // MARK: Classes

    /// Whether a class is another one, or inherits from it.
    static func isClass(_ type: Any.Type, kindOf ancestor: Any.Type) -> Bool {
        var next: Any.Type? = type
        while let type = next, MetadataKind.of(type) == MetadataKind.nativeClass {
            if type == ancestor { return true }
            next = RawAddress(type).address(8)?.type
        }
        return false
    }

    private typealias CodableClass = any (Codable & SendableMetatype).Type

    private static let classes = Mutex<[ObjectIdentifier: Result<CodableClass, CaptureRefusal>]>([:])

    /// The class, if its objects can be copied without anybody's noticing, but for their identity: it is Codable, and
    /// they share nothing with their copies.
    private static func codable(_ type: Any.Type) throws -> CodableClass {
        if let known = classes.withLock({ $0[ObjectIdentifier(type)] }) { return try known.get() }
        let result = Result { () throws(CaptureRefusal) in
            guard let codable = type as? CodableClass else { throw CaptureRefusal.notCodable(type) }
            try SharedState.check(type)
            return codable
        }
        classes.withLock { $0[ObjectIdentifier(type)] = result }
        return try result.get()
    }
}

// MARK: Instances

/// An object of a Codable class.
private final class InstanceCoder: ContextCoder, @unchecked Sendable {
    // SAFETY: constants only.

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        try ObjectCoders.write(context.object, to: &sink)
    }

    override func shape(from source: inout TraceSource) throws -> ContextShape { .object(try source.nextType()) }
}

private final class InstanceReceiver<Value: Codable>: ContextReceiver, @unchecked Sendable {
    // SAFETY: constants only.

    override func read(from reader: PayloadReader) throws -> UInt {
        let value = try reader.decode(Value.self)
        // SAFETY: `Value` is a class, so this is the object itself; the reference is handed to the caller.
        return unsafe UInt(bitPattern: Unmanaged.passRetained(value as AnyObject).toOpaque())
    }
}

// MARK: Errors

/// The box of an `any Error`.
final class ErrorBoxCoder: ContextCoder, @unchecked Sendable {
    // SAFETY: constants only.

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        sink.trace.append(context.load(as: UInt.self))
        var word = context
        try unsafe withUnsafePointer(to: &word) {
            // SAFETY: an `any Error` is the address of its box, which is what `word` has.
            try ExistentialSlot<any Error>(offset: 0).write(unsafe RawAddress(UnsafeRawPointer($0)), to: &sink)
        }
    }

    override func shape(from source: inout TraceSource) throws -> ContextShape {
        _ = try source.next()
        return .error(try source.nextType())
    }

    static func receiver(of type: Any.Type) throws -> ContextReceiver {
        guard let type = type as? any (Codable & Error).Type else { throw LoadedImages.damaged }
        func make<Value: Codable & Error>(_: Value.Type) -> ContextReceiver { ErrorBoxReceiver<Value>() }
        return make(type)
    }
}

private final class ErrorBoxReceiver<Value: Codable & Error>: ContextReceiver, @unchecked Sendable {
    // SAFETY: constants only.

    override func read(from reader: PayloadReader) throws -> UInt {
        let error: any Error = try reader.decode(Value.self)
        // SAFETY: an `any Error` is one counted reference to its box; copying it for good hands it to the caller.
        return unsafe withUnsafeTemporaryAllocation(of: (any Error).self, capacity: 1) { place in
            guard let place = place.baseAddress else { return 0 }
            unsafe place.initialize(to: error)
            return unsafe UnsafeRawPointer(place).load(as: UInt.self)
        }
    }
}
