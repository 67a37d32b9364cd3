/// What a capture is to the code that copies it.
enum CaptureKind {
    /// A value with a `Codable` of its own.
    case value(any Codable.Type)
    /// A reference to an object, coded by the object's class, whatever the static type is; or nothing, if that is
    /// allowed.
    case object(static: Any.Type, isOptional: Bool)
    /// An array of objects, each coded by its class.
    case objects(static: Any.Type)
    /// A value of a protocol type, coded by the type of what it holds.
    case existential(Any.Type)
    case function
    /// Elements with their types and offsets.
    case tuple([(kind: CaptureKind, offset: Int)])
    /// A trivial value that is the only capture, which may be what its type says, or a variable of another type.
    case lone(Any.Type)

    /// - Throws: `CaptureRefusal` if values of the type cannot be copied.
    init(_ type: Any.Type) throws {
        switch MetadataKind.of(type) {
        case MetadataKind.nativeClass:
            self = .object(static: type, isOptional: false)
        case MetadataKind.optional where Self.objectInOptional(type) != nil:
            self = .object(static: Self.objectInOptional(type) ?? type, isOptional: true)
        case MetadataKind.structure where ArrayStorage.elementClass(ofArray: type) != nil:
            self = .objects(static: ArrayStorage.elementClass(ofArray: type) ?? type)
        case MetadataKind.existential, MetadataKind.extendedExistential:
            self = .existential(type)
        case MetadataKind.tuple:
            self = .tuple(
                try TypeDescription.elements(ofTuple: type).map { (try CaptureKind($0.type), $0.offset) })
        case MetadataKind.function:
            throw CaptureRefusal.functionInside(type)
        default:
            guard let type = type as? any Codable.Type else { throw CaptureRefusal.notCodable(type) }
            try SharedState.check(type)
            self = .value(type)
        }
    }

    private static func objectInOptional(_ type: Any.Type) -> Any.Type? {
        guard let wrapped = TypeDescription.genericArguments(of: type)?.address()?.type,
            MetadataKind.of(wrapped) == MetadataKind.nativeClass
        else { return nil }
        return wrapped
    }
}

/// Where the captures of a context lie, computed from the compiler's description of them by the same rules by which the
/// code generator lays contexts out: a header of two words, the bindings, and each capture at the next multiple of its
/// alignment.
struct ContextLayout {
    /// Where the bindings begin.
    static let header = 16

    struct Slot {
        let offset: Int
        let size: Int
        let kind: CaptureKind
    }

    /// Whether each of the bindings is a type; otherwise it is a conformance.
    let bindingsAreTypes: [Bool]
    let slots: [Slot]
    /// The types of the captures that aren't functions.
    let types: [Any.Type]
    let size: Int
    let alignmentMask: Int

    /// - Parameter bindings: the words that a context of this kind holds for generic parameters.
    /// - Throws: `CaptureRefusal` if one of the captures cannot be copied.
    init(_ descriptor: CaptureDescriptor, bindings: [UInt]) throws {
        var arguments = GenericArguments()
        var areTypes = [Bool](repeating: false, count: descriptor.bindingCount)
        for (binding, parameter) in descriptor.parameters {
            areTypes[binding] = true
            // The lowest bit is set in pointers to packs.
            guard bindings[binding] & 1 == 0 else { throw CaptureRefusal.pack }
            if let parameter { arguments[parameter] = RawAddress(bindings[binding]) }
        }
        bindingsAreTypes = areTypes
        var offset = Self.header + 8 * descriptor.bindingCount
        var mask = 7
        var slots: [Slot] = []
        for (index, name) in descriptor.captures.enumerated() {
            do {
                let (kind, size, alignment) = try Self.kind(of: name, arguments, descriptor)
                offset = (offset + alignment - 1) & ~(alignment - 1)
                slots.append(Slot(offset: offset, size: size, kind: kind))
                offset += size
                mask |= alignment - 1
            } catch let refusal as CaptureRefusal { throw refusal.inside(index + 1, of: descriptor.captures.count) }
        }
        let first = descriptor.bindingCount > 0 ? Self.header : slots.first?.offset ?? descriptor.firstOffset
        guard descriptor.firstOffset == 0 || descriptor.firstOffset == first else { throw CaptureRefusal.unknownLayout }
        if let slot = slots.first, slots.count == 1, descriptor.bindingCount == 0 {
            slots[0] = try Self.lone(slot, descriptor.captures[0], arguments)
        }
        self.slots = slots
        types = descriptor.captures.compactMap { $0.isFunction ? nil : arguments.type(named: $0) }
        size = offset
        alignmentMask = mask
    }

    private static func kind(
        of name: MetadataName, _ arguments: GenericArguments, _ descriptor: CaptureDescriptor
    ) throws -> (CaptureKind, size: Int, alignment: Int) {
        if name.isFunction {
            guard name.isEscapingFunction else { throw CaptureRefusal.unusualFunction }
            return (.function, 16, 8)
        }
        if name.isUncountedReference { throw CaptureRefusal.uncounted }
        if name.isVariable { throw CaptureRefusal.variable(nil) }
        if name.isBuiltin { throw CaptureRefusal.builtin }
        if name.isMetatype { throw CaptureRefusal.metatype }
        guard let type = arguments.type(named: name) else {
            if name.isGeneric, descriptor.hasOtherSources { throw CaptureRefusal.genericElsewhere }
            throw name.isGeneric ? CaptureRefusal.pack : CaptureRefusal.noMetadata(name)
        }
        return (try CaptureKind(type), TypeDescription.size(type), TypeDescription.alignment(type))
    }

    /// What the only capture of a context is.
    ///
    /// A closure that captures nothing but a variable has the variable's box for its context, which looks like any
    /// context of one capture. And boxes lie: those of trivial types of one stride and alignment share their metadata
    /// in a module, and so do those of single references; the description is that of whichever type came first.
    ///
    /// - A single reference is a box, since a closure that captures one has no context of its own: the object is its
    ///   context.
    /// - A trivial value may be that of another type: `LoneSlot` has rules of its own for it.
    /// - All other types have metadata of their own, so they are what the description says.
    private static func lone(_ slot: Slot, _ name: MetadataName, _ arguments: GenericArguments) throws -> Slot {
        guard case .function = slot.kind else {
            guard let type = arguments.type(named: name) else { return slot }
            if Field.isSingleReference(type) { throw CaptureRefusal.variable(type).inside(1, of: 1) }
            guard TypeDescription.isTrivial(type), slot.size > 0 else { return slot }
            return Slot(offset: slot.offset, size: slot.size, kind: .lone(type))
        }
        return slot
    }
}
