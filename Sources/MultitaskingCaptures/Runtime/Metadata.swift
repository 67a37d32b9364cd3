/// What a piece of metadata describes (swift repository, include/swift/ABI/MetadataKind.def).
enum MetadataKind {
    static let nativeClass: UInt = 0
    static let structure: UInt = 0x200
    static let enumeration: UInt = 0x201
    static let optional: UInt = 0x202
    static let tuple: UInt = 0x301
    static let function: UInt = 0x302
    static let existential: UInt = 0x303
    static let extendedExistential: UInt = 0x307
    /// The context of a closure, or the box of a variable.
    static let context: UInt = 0x400
    /// The box of an `any Error`.
    static let errorBox: UInt = 0x501

    static func of(_ type: Any.Type) -> UInt { RawAddress(type).load() }
}

/// What is read of types beyond what the standard library tells (swift repository, include/swift/ABI/Metadata.h).
enum TypeDescription {
    /// The descriptor of a struct, enum or class.
    static func descriptor(of type: Any.Type) -> RawAddress? {
        switch MetadataKind.of(type) {
        case MetadataKind.nativeClass: RawAddress(type).address(40)
        case MetadataKind.structure, MetadataKind.enumeration, MetadataKind.optional: RawAddress(type).address(8)
        default: nil
        }
    }

    /// Where the generic arguments of a type are, if it has any.
    static func genericArguments(of type: Any.Type) -> RawAddress? {
        guard let descriptor = descriptor(of: type), descriptor.load(as: UInt32.self) & 0x80 != 0 else { return nil }
        guard MetadataKind.of(type) == MetadataKind.nativeClass else { return RawAddress(type) + 16 }
        // A class with a resilient superclass has them somewhere else.
        guard descriptor.load(as: UInt32.self) >> 16 & 0x2000 == 0 else { return nil }
        let positiveSize = Int(descriptor.load(28, as: UInt32.self))
        let ownMembers = Int(descriptor.load(32, as: UInt32.self))
        return RawAddress(type) + 8 * (positiveSize - ownMembers)
    }

    /// The types among the generic arguments of a struct or enum, unless there are packs among them.
    static func arguments(of type: Any.Type) -> [Any.Type] {
        guard MetadataKind.of(type) != MetadataKind.nativeClass, let arguments = genericArguments(of: type),
            let descriptor = descriptor(of: type)
        else { return [] }
        // Behind the seven words of the descriptor and two others: how many parameters, requirements and arguments.
        let parameterCount = Int(descriptor.load(36, as: UInt16.self))
        let argumentCount = Int(descriptor.load(40, as: UInt16.self))
        let hasPacksOrValues = descriptor.load(42, as: UInt16.self) & 5 != 0
        guard parameterCount <= argumentCount, !hasPacksOrValues else { return [] }
        return (0..<parameterCount).compactMap { arguments.address(8 * $0)?.type }
    }

    /// The elements of a tuple type and where they lie in it.
    static func elements(ofTuple type: Any.Type) -> [(type: Any.Type, offset: Int)] {
        let metadata = RawAddress(type)
        return (0..<metadata.load(8, as: Int.self)).compactMap { index in
            let record = metadata + 24 + 16 * index
            return record.address().map { ($0.type, Int(record.load(8, as: UInt32.self))) }
        }
    }

    /// How many cases an enum has, those with a payload first.
    static func cases(ofEnum type: Any.Type) -> (withPayload: Int, all: Int)? {
        guard let descriptor = descriptor(of: type) else { return nil }
        let withPayload = Int(descriptor.load(20, as: UInt32.self) & 0xFF_FFFF)
        return (withPayload, withPayload + Int(descriptor.load(24, as: UInt32.self)))
    }

    static func size<Value>(_: Value.Type) -> Int { MemoryLayout<Value>.size }
    static func alignment<Value>(_: Value.Type) -> Int { MemoryLayout<Value>.alignment }

    /// Whether values of a type are copied by copying their bytes.
    static func isTrivial<Value>(_: Value.Type) -> Bool { _isPOD(Value.self) }

    /// Whether values of a type cannot be copied, which is a flag among the functions that the runtime has for them.
    static func isNoncopyable(_ type: Any.Type) -> Bool {
        RawAddress(type).address(-8).map { $0.load(80, as: UInt32.self) & 0x80_0000 != 0 } ?? false
    }

    /// The name of a type as errors call it.
    static func name(_ type: Any.Type) -> String { _typeName(type, qualified: false) }

    /// The name of what a type's descriptor describes, with the names of what surrounds it.
    static func name(ofDescriptor descriptor: RawAddress) -> String {
        let kind = descriptor.load(as: UInt32.self) & 0x1F
        // Modules, structs, enums, classes and protocols have names; extensions and functions have none.
        guard kind == 0 || kind == 3 || kind >= 16, let own = descriptor.relative(8)?.string else {
            return descriptor.relativeIndirectable(4).map(name(ofDescriptor:)) ?? "?"
        }
        guard kind != 0, let parent = descriptor.relativeIndirectable(4) else { return own }
        return name(ofDescriptor: parent) + "." + own
    }
}
