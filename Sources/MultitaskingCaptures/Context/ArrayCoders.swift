import MultitaskingCore
import MultitaskingSerialization

/// The objects in which arrays keep their elements.
enum ArrayStorage {
    /// The class of the storage that all empty arrays share.
    static let emptyClass = isa(of: [Int]())
    /// The class of the storage of objects, whatever their class is.
    static let classOfObjects = isa(of: [Witness()])
    private static let descriptor = TypeDescription.descriptor(of: isa(of: [0]).type)

    private final class Witness {}

    /// The class of an array's storage.
    private static func isa<Element>(of array: [Element]) -> RawAddress {
        let array = array as [Element]
        // SAFETY: on Linux an array is the address of its storage, and that begins with its class.
        return unsafe withUnsafeBytes(of: array) { unsafe $0.load(as: RawAddress.self) }.address()
            ?? RawAddress(Witness.self)
    }

    /// Whether a class is the storage of arrays of some type.
    static func isStorage(_ type: Any.Type) -> Bool {
        guard let descriptor = TypeDescription.descriptor(of: type) else { return false }
        return descriptor == self.descriptor
    }

    /// What arrays hold, by their type or that of their storage.
    static func element(of type: Any.Type) -> Any.Type? {
        TypeDescription.genericArguments(of: type)?.address()?.type
    }

    /// The class of what an array holds that is the address of such storage; nil if the type is not one of objects'
    /// arrays.
    static func elementClass(ofArray type: Any.Type) -> Any.Type? {
        guard let descriptor = TypeDescription.descriptor(of: type), arrays.contains(descriptor),
            let element = element(of: type), MetadataKind.of(element) == MetadataKind.nativeClass
        else { return nil }
        return element
    }

    private static let arrays = [[Int].self, ContiguousArray<Int>.self].compactMap(TypeDescription.descriptor)

    /// The array that has this storage.
    static func array<Element>(in storage: RawAddress, of type: Element.Type) -> [Element] {
        // SAFETY: an array is the address of its storage, and the caller knows what the storage holds. This is a copy,
        // which retains it.
        unsafe unsafeBitCast(storage.bits, to: [Element].self)
    }

    /// The storage of an array, with a reference that the caller owns.
    static func take<Element>(_ array: [Element]) -> UInt {
        // SAFETY: an array is one counted reference to its storage; the copy in this place is never destroyed.
        unsafe withUnsafeTemporaryAllocation(of: [Element].self, capacity: 1) { place in
            guard let place = place.baseAddress else { return 0 }
            unsafe place.initialize(to: array)
            return unsafe UnsafeRawPointer(place).load(as: UInt.self)
        }
    }
}

/// The storage of an array of values.
final class ArrayCoder<Element: Codable>: ContextCoder, @unchecked Sendable {
    // SAFETY: constants only.

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        sink.trace.append(context.load(as: UInt.self))
        try sink.writer.encode(ArrayStorage.array(in: context, of: Element.self))
    }

    override func shape(from source: inout TraceSource) throws -> ContextShape {
        _ = try source.next()
        return .array(of: try source.images.reference(to: Element.self))
    }
}

final class ArrayReceiver<Element: Codable>: ContextReceiver, @unchecked Sendable {
    // SAFETY: constants only.

    override func read(from reader: PayloadReader) throws -> UInt {
        ArrayStorage.take(try reader.decode([Element].self))
    }
}

/// The storage that all empty arrays share.
final class EmptyArrayCoder: ContextCoder, @unchecked Sendable {
    // SAFETY: constants only.

    override func write(_ context: RawAddress, to sink: inout CaptureSink) {
        sink.trace.append(context.load(as: UInt.self))
    }

    override func shape(from source: inout TraceSource) throws -> ContextShape {
        _ = try source.next()
        return .emptyArray
    }
}

final class EmptyArrayReceiver: ContextReceiver, @unchecked Sendable {
    // SAFETY: constants only.

    override func read(from reader: PayloadReader) -> UInt { ArrayStorage.take([Int]()) }
}

/// The storage of an array of objects, whose elements have classes of their own.
final class ObjectsCoder: ContextCoder, @unchecked Sendable {
    // SAFETY: constants only.

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        sink.trace.append(context.load(as: UInt.self))
        try Self.write(elementsOf: context, to: &sink)
    }

    override func shape(from source: inout TraceSource) throws -> ContextShape {
        _ = try source.next()
        return .objects(try Self.classes(from: &source))
    }

    /// Writes the objects, and leaves their classes in the trace.
    static func write(elementsOf storage: RawAddress, to sink: inout CaptureSink) throws {
        let objects = ArrayStorage.array(in: storage, of: AnyObject.self)
        // The shape lists each class once and in an order of their own, since the number of shapes should grow neither
        // with that of the elements nor with the orders in which these come.
        var classes: [RawAddress] = []
        for object in objects {
            let type = RawAddress(type(of: object))
            if !classes.contains(type) { classes.append(type) }
        }
        classes.sort { $0.bits < $1.bits }
        sink.trace.append(UInt(classes.count))
        sink.trace.append(contentsOf: classes.map(\.bits))
        try sink.writer.encode(objects.count)
        for object in objects {
            try sink.writer.encode(classes.firstIndex(of: RawAddress(type(of: object))) ?? 0)
            try ObjectCoders.encode(object, by: sink.writer)
        }
    }

    /// Reads from the trace what ``write(elementsOf:to:)`` left.
    static func classes(from source: inout TraceSource) throws -> [TypeReference] {
        try (0..<(try source.next())).map { _ in try source.nextType() }
    }
}

final class ObjectsReceiver: ContextReceiver, @unchecked Sendable {
    // SAFETY: constants only.
    private let classes: [ContextReceiver]

    init(_ types: [Any.Type]) throws { classes = try types.map { try ObjectCoders.receiver(ofObject: $0) } }

    override func read(from reader: PayloadReader) throws -> UInt {
        let count = try reader.decode(Int.self)
        var objects: [AnyObject] = []
        for _ in 0..<max(0, count) {
            let index = try reader.decode(Int.self)
            guard classes.indices.contains(index), let address = RawAddress(try classes[index].read(from: reader))
            else {
                throw MultitaskingError(.decodeFailed, "a captured array of objects is damaged")
            }
            objects.append(address.object)
            ContextReceiver.release(address.bits)
        }
        return ArrayStorage.take(objects)
    }
}
