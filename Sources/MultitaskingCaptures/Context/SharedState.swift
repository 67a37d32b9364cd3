import MultitaskingCore
import Synchronization

/// What a value would no longer share with its copy: the variables of objects, and what cannot be copied, like a
/// `Mutex` or an `Atomic`.
///
/// It is looked for in the types alone, through objects, fields, payloads of enums, and the elements of the standard
/// library's containers. What stands behind a protocol, a function or a pointer is not known, nor is what a subclass
/// adds to a class that is the type of a field.
///
/// An object that a struct or enum keeps is one of two things: an object that is a part of the value, or the storage in
/// which the value keeps its contents, and of which it makes another one before it changes it. The compiler does not
/// say which. But the `Codable` of the struct, if the compiler has made it, needs that of the object; and a class that
/// is nothing but storage seldom has one. So in structs and enums with a `Codable` only objects with a `Codable` count.
enum SharedState {
    /// - Throws: `CaptureRefusal` if values of the type share something with their copies.
    static func check(_ type: Any.Type) throws(CaptureRefusal) {
        let address = RawAddress(type)
        if let known = known.withLock({ $0[address] }) { return try known.get() }
        // Not under the lock: looking types up may run anybody's code.
        let result = Result { () throws(CaptureRefusal) in try search(type) }
        known.withLock { $0[address] = result }
        try result.get()
    }

    private static let known = Mutex<[RawAddress: Result<Void, CaptureRefusal>]>([:])

    /// A type that is a part of the one that is looked at.
    private struct Part: Hashable {
        let address: RawAddress
        /// Whether it belongs to a value that knows how it is copied.
        let isOfValue: Bool

        init(_ type: Any.Type, isOfValue: Bool) {
            address = RawAddress(type)
            self.isOfValue = isOfValue
        }
    }

    /// How many generic types a name may mention.
    ///
    /// There are types that contain ever larger ones, without end, and the runtime takes twice as long for each.
    private static let nestingLimit = 12

    private static func search(_ type: Any.Type) throws(CaptureRefusal) {
        var parts = [Part(type, isOfValue: false)]
        var met = Set(parts)
        while let part = parts.popLast() {
            for inner in try Self.parts(of: part, in: type) where met.insert(inner).inserted { parts.append(inner) }
        }
    }

    private static func parts(of part: Part, in whole: Any.Type) throws(CaptureRefusal) -> [Part] {
        let type = part.address.type
        let name = _typeName(type, qualified: true)
        guard name.utf8.count(where: { $0 == UInt8(ascii: "<") }) <= nestingLimit else {
            throw CaptureRefusal.endless(type, in: whole)
        }
        var isOfValue = part.isOfValue
        var fields: [Field] = []
        switch MetadataKind.of(type) {
        case MetadataKind.nativeClass:
            // The only variable of a key path is a cache.
            guard !isOfValue || type is any Codable.Type, !(type is AnyKeyPath.Type) else { return [] }
            isOfValue = false
            fields = try self.fields(ofClass: type, in: whole)
        case MetadataKind.structure, MetadataKind.enumeration, MetadataKind.optional:
            if TypeDescription.descriptor(of: type) == sharedDescriptor { return [] }
            isOfValue =
                isOfValue || type is any Codable.Type || name.hasPrefix("Foundation.")
                || name.hasPrefix("FoundationEssentials.")
            // The standard library's have their elements in memory that fields say nothing of.
            guard !name.hasPrefix("Swift.") else {
                return TypeDescription.arguments(of: type).map { Part($0, isOfValue: isOfValue) }
            }
            fields = Field.all(of: type) ?? []
        case MetadataKind.tuple:
            return TypeDescription.elements(ofTuple: type).map { Part($0.type, isOfValue: isOfValue) }
        default: return []
        }
        if let field = fields.first(where: \.isNoncopyable) {
            throw CaptureRefusal.noncopyable(field.name, of: type, in: whole)
        }
        return fields.compactMap { field in field.type.map { Part($0, isOfValue: isOfValue) } }
    }

    /// The fields of a class and its superclasses.
    private static func fields(ofClass type: Any.Type, in whole: Any.Type) throws(CaptureRefusal) -> [Field] {
        var all: [Field] = []
        var next: Any.Type? = type
        while let ancestor = next {
            guard MetadataKind.of(ancestor) == MetadataKind.nativeClass, let fields = Field.all(of: ancestor) else {
                throw CaptureRefusal.unknownClass(type)
            }
            if let variable = fields.first(where: \.isVariable) {
                throw CaptureRefusal.variable(variable.name, of: type, in: whole)
            }
            all += fields
            next = RawAddress(ancestor).address(8)?.type
        }
        return all
    }

    /// Whoever shares a value by a pool has said that each worker has one of its own.
    private static let sharedDescriptor = TypeDescription.descriptor(of: Shared<Int>.self)
}
