/// The stored properties or cases of a type, as the metadata for reflection lists them.
struct Field {
    /// The name.
    let name: String
    /// The type of the property or payload; nil if a case has no payload, or nothing is known of it.
    let type: Any.Type?
    /// Whether it is a `var`.
    let isVariable: Bool
    /// Whether its values cannot be copied.
    let isNoncopyable: Bool

    /// The fields of a struct, enum or class, without those of superclasses; nil if the type was built without metadata
    /// for reflection.
    static func all(of type: Any.Type) -> [Field]? {
        guard let descriptor = TypeDescription.descriptor(of: type), let fields = descriptor.relative(16) else {
            return nil
        }
        let recordSize = Int(fields.load(10, as: UInt16.self))
        return (0..<Int(fields.load(12, as: UInt32.self))).map { index in
            let record = fields + 16 + index * recordSize
            let name = record.relative(4).map { MetadataName(at: $0) }
            let own = name.flatMap { resolve($0, in: type, descriptor) }
            return Field(
                name: record.relative(8)?.string ?? "a variable", type: own,
                isVariable: record.load(as: UInt32.self) & 2 != 0,
                isNoncopyable: own.map(TypeDescription.isNoncopyable) == true
                    || name?.isHidden == true && (own == nil || own == Void.self))
        }
    }

    private static func resolve(_ name: MetadataName, in type: Any.Type, _ descriptor: RawAddress) -> Any.Type? {
        let arguments = TypeDescription.genericArguments(of: type)
        // SAFETY: the name ends where its length says, and the arguments are those of the type whose field it is.
        return unsafe _getTypeByMangledNameInContext(
            name.bytes, UInt(name.length), genericContext: arguments.map { _ in unsafe descriptor.pointer },
            genericArguments: arguments?.pointer)
    }

    /// Where the fields of a struct lie in it; nil if the metadata does not say.
    static func offsets(ofStruct type: Any.Type) -> [Int]? {
        guard let descriptor = TypeDescription.descriptor(of: type) else { return nil }
        let vector = Int(descriptor.load(24, as: UInt32.self))
        guard vector != 0 else { return nil }
        return (0..<Int(descriptor.load(20, as: UInt32.self))).map { index in
            Int(RawAddress(type).load(8 * vector + 4 * index, as: UInt32.self))
        }
    }

    /// Whether a value of the type is nothing but one reference to an object.
    ///
    /// Where that cannot be found out, it might be.
    static func isSingleReference(_ type: Any.Type) -> Bool {
        guard TypeDescription.size(type) == 8, !TypeDescription.isTrivial(type) else { return false }
        switch MetadataKind.of(type) {
        case MetadataKind.nativeClass: return true
        case MetadataKind.structure:
            guard let fields = all(of: type) else { return true }
            let stored = fields.filter { $0.type.map { TypeDescription.size($0) != 0 } ?? true }
            guard stored.count == 1 else { return stored.isEmpty }
            // A builtin type has no metadata to find by its name; that of dictionaries and sets is no plain reference.
            guard let inner = stored[0].type else { return !isOfDictionary(type) }
            return isSingleReference(inner)
        case MetadataKind.enumeration:
            guard let cases = TypeDescription.cases(ofEnum: type) else { return true }
            return cases.all <= 1
        case MetadataKind.optional: return false
        case MetadataKind.existential: return true
        // What is no type of the language's, like the reference of a dictionary that has room for flags.
        default: return false
        }
    }

    private static func isOfDictionary(_ type: Any.Type) -> Bool {
        _typeName(type, qualified: true).hasPrefix("Swift._BridgeStorage")
    }
}
