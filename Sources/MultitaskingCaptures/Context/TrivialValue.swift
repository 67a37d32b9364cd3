import CMultitaskingCaptures

/// What the bytes of values mean that are copied by copying their bytes.
enum TrivialValue {
    /// A part of a value that has a `Codable` of its own.
    struct Part {
        let type: any Codable.Type
        let offset: Int
    }

    /// The parts of a type that must be coded to know what they mean; none of numbers of the standard library.
    static func ownCodable(in type: Any.Type) -> [Part] {
        if MetadataKind.of(type) == MetadataKind.tuple {
            return TypeDescription.elements(ofTuple: type).flatMap { element in
                ownCodable(in: element.type).map { Part(type: $0.type, offset: $0.offset + element.offset) }
            }
        }
        guard !isPlain(type), let type = type as? any Codable.Type else { return [] }
        return [Part(type: type, offset: 0)]
    }

    /// Whether a type is the standard library's, down to all that it is made of: its bytes mean the same everywhere.
    private static func isPlain(_ type: Any.Type) -> Bool {
        guard _typeName(type, qualified: true).hasPrefix("Swift.") else { return false }
        guard let arguments = TypeDescription.genericArguments(of: type) else { return true }
        // Optional, Range, SIMD4 and their like have one parameter, and hold its values.
        return arguments.address().map { isPlain($0.type) } ?? false
    }

    /// Whether a word of a value may be an address of this process and no other: where there is memory, even when it is
    /// looked for without the bits that a reference does not need, which enums use for their case.
    static func mayBeAddress(_ word: UInt) -> Bool {
        func isHereOnly(_ address: UInt) -> Bool { mc_is_mapped(address) && !Images.isFixed(address) }
        return isHereOnly(word) || isHereOnly(word & 0x00FF_FFFF_FFFF_FFF8)
    }

    /// Whether the bytes here are a value of the type, as far as its enums are concerned.
    static func isValid(_ place: RawAddress, _ type: Any.Type) -> Bool {
        switch MetadataKind.of(type) {
        case MetadataKind.structure:
            if type == Bool.self { return place.load(as: UInt8.self) <= 1 }
            return parts(of: type)?.allSatisfy { isValid(place + $0.offset, $0.type) } ?? true
        case MetadataKind.tuple:
            return TypeDescription.elements(ofTuple: type).allSatisfy { isValid(place + $0.offset, $0.type) }
        case MetadataKind.enumeration, MetadataKind.optional:
            guard let cases = TypeDescription.cases(ofEnum: type) else { return false }
            let number = enumCase(place, type)
            guard number < cases.all else { return false }
            guard number < cases.withPayload, let payload = payloadType(number, type) else { return true }
            return withPayload(of: place, type) { isValid($0, payload) }
        default: return true
        }
    }

    /// Which of the bytes here say something about the value, which is a valid one.
    static func significantBytes(of place: RawAddress, _ type: Any.Type) -> Set<Int> {
        func parts(_ parts: [(type: Any.Type, offset: Int)]) -> Set<Int> {
            parts.reduce(into: []) { all, part in
                all.formUnion(significantBytes(of: place + part.offset, part.type).map { $0 + part.offset })
            }
        }
        let size = TypeDescription.size(type)
        switch MetadataKind.of(type) {
        case MetadataKind.structure:
            if let fields = Self.parts(of: type) { return parts(fields) }
        case MetadataKind.tuple: return parts(TypeDescription.elements(ofTuple: type))
        case MetadataKind.enumeration, MetadataKind.optional:
            guard let cases = TypeDescription.cases(ofEnum: type) else { break }
            let number = enumCase(place, type)
            guard cases.withPayload > 0 else { break }
            let payload = number < cases.withPayload ? payloadType(number, type) : nil
            let payloadSize =
                (0..<cases.withPayload)
                .map { payloadType($0, type).map { TypeDescription.size($0) } ?? 0 }.max() ?? 0
            let tag = Set(min(size, payloadSize)..<size)
            guard let payload else { return tag }
            return tag.union(withPayload(of: place, type) { significantBytes(of: $0, payload) })
        default: break
        }
        return Set(0..<size)
    }

    /// Whether two values of the type are the same, in all bytes that count.
    static func isSame(_ left: RawAddress, _ right: RawAddress, _ type: Any.Type) -> Bool {
        switch MetadataKind.of(type) {
        case MetadataKind.structure:
            guard let parts = parts(of: type) else { break }
            return parts.allSatisfy { isSame(left + $0.offset, right + $0.offset, $0.type) }
        case MetadataKind.tuple:
            return TypeDescription.elements(ofTuple: type).allSatisfy {
                isSame(left + $0.offset, right + $0.offset, $0.type)
            }
        case MetadataKind.enumeration, MetadataKind.optional:
            guard let cases = TypeDescription.cases(ofEnum: type) else { break }
            let number = enumCase(left, type)
            guard number == enumCase(right, type), number < cases.all else { return false }
            guard number < cases.withPayload else { return true }
            guard let payload = payloadType(number, type) else { break }
            return withPayload(of: left, type) { left in
                withPayload(of: right, type) { isSame(left, $0, payload) }
            }
        default: break
        }
        return (0..<TypeDescription.size(type)).allSatisfy {
            (left + $0).load(as: UInt8.self) == (right + $0).load(as: UInt8.self)
        }
    }

    /// The types and offsets of a struct's fields; nil if they are not known, or one isn't a type of the language.
    private static func parts(of type: Any.Type) -> [(type: Any.Type, offset: Int)]? {
        guard let fields = Field.all(of: type), let offsets = Field.offsets(ofStruct: type),
            fields.count == offsets.count
        else { return nil }
        var parts: [(type: Any.Type, offset: Int)] = []
        for (field, offset) in zip(fields, offsets) {
            guard let type = field.type else { return nil }
            parts.append((type, offset))
        }
        return parts
    }

    private static func enumCase(_ place: RawAddress, _ type: Any.Type) -> Int {
        // SAFETY: the function reads the bytes of the type's size, whatever they are, and the type is an enum.
        unsafe Int(mc_enum_case(place.pointer, RawAddress(type).pointer))
    }

    private static func payloadType(_ number: Int, _ type: Any.Type) -> Any.Type? {
        guard MetadataKind.of(type) != MetadataKind.optional else {
            return TypeDescription.genericArguments(of: type)?.address()?.type
        }
        guard let fields = Field.all(of: type), fields.indices.contains(number) else { return nil }
        return fields[number].type
    }

    private static func withPayload<Result>(
        of place: RawAddress, _ type: Any.Type, _ body: (RawAddress) -> Result
    ) -> Result {
        let size = TypeDescription.size(type)
        return unsafe withUnsafeTemporaryAllocation(
            byteCount: max(1, size), alignment: TypeDescription.alignment(type)
        ) { buffer in
            // SAFETY: a copy of the value's bytes, which is a copy of the value, as the type is trivial; projecting
            // changes it.
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(start: place.pointer, count: size))
            guard let base = buffer.baseAddress else { return body(place) }
            unsafe mc_project_payload(base, RawAddress(type).pointer)
            return body(unsafe RawAddress(UnsafeRawPointer(base)))
        }
    }
}
