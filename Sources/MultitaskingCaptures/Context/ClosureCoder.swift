import CMultitaskingCaptures
import MultitaskingCore
import MultitaskingSerialization

/// Takes apart the contexts that the compiler makes for captures.
final class ClosureCoder: ContextCoder, @unchecked Sendable {
    // SAFETY: constants only.
    private let metadata: RawAddress
    private let bindings: [UInt]
    private let layout: ContextLayout
    private let slots: [SlotCoder]

    init(_ metadata: RawAddress, _ descriptor: CaptureDescriptor, bindings: [UInt]) throws {
        guard Images.isConstant(metadata) else { throw CaptureRefusal.unknownLayout }
        let layout = try ContextLayout(descriptor, bindings: bindings)
        self.metadata = metadata
        self.bindings = bindings
        self.layout = layout
        slots = layout.slots.map { SlotCoder.make($0.kind, offset: $0.offset) }
    }

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        sink.trace.append(metadata.bits)
        if !bindings.isEmpty { sink.trace.append(contentsOf: bindings) }
        for index in slots.indices {
            do { try slots[index].write(context, to: &sink) } catch let refusal as CaptureRefusal {
                throw refusal.inside(index + 1, of: slots.count)
            }
        }
    }

    override func shape(from source: inout TraceSource) throws -> ContextShape {
        _ = try source.next()
        for _ in bindings { _ = try source.next() }
        let location = try source.images.location(of: metadata.bits)
        let bindings = try self.bindings.indices.map { try shape(ofBinding: $0, &source.images) }
        var captures: [CaptureShape] = []
        for index in slots.indices {
            do { captures.append(try slots[index].shape(from: &source)) } catch let refusal as CaptureRefusal {
                throw refusal.inside(index + 1, of: slots.count)
            }
        }
        return .closure(
            ClosureContextShape(
                metadata: location, size: layout.size, alignmentMask: layout.alignmentMask, bindings: bindings,
                captures: captures))
    }

    private func shape(ofBinding index: Int, _ images: inout ImageList) throws -> BindingShape {
        guard let binding = RawAddress(bindings[index]) else { throw CaptureRefusal.unknownLayout }
        if layout.bindingsAreTypes[index] { return .type(try images.reference(to: binding.type)) }
        // The lowest bit is set in pointers to packs.
        guard binding.bits & 1 == 0 else { throw CaptureRefusal.pack }
        // A witness table begins with what describes the conformance, and that with the protocol.
        guard let conformance = binding.address(), Images.isConstant(conformance),
            let proto = conformance.relativeIndirectable()
        else { throw CaptureRefusal.conformance }
        if let type = Conformance.type(ofTable: binding, conformance, proto, among: candidates) {
            return .conformance(try images.reference(to: type), try images.location(of: proto.bits))
        }
        // A table that nobody writes to is the same everywhere. Those of generic conformances are made at run time,
        // even if they lie in a buffer of an image.
        let isGeneric = conformance.load(12, as: UInt32.self) & 1 << 17 != 0
        guard !isGeneric, Images.isConstant(binding) else { throw CaptureRefusal.conformance }
        return .constantConformance(try images.location(of: binding.bits))
    }
}

extension ClosureCoder {
    /// The types that a conformance may belong to: those that stand for generic parameters, and those of the captures.
    private var candidates: [Any.Type] {
        let parameters = bindings.indices.filter { layout.bindingsAreTypes[$0] }
        return parameters.compactMap { RawAddress(bindings[$0])?.type } + layout.types
    }
}

/// Conformances of types to protocols.
enum Conformance {
    /// The type that a witness table belongs to; nil if it cannot be found.
    ///
    /// - Parameters:
    ///   - conformance: the descriptor that the table begins with.
    ///   - candidates: types to look at, with their generic arguments: an associated type is often one of these.
    static func type(
        ofTable table: RawAddress, _ conformance: RawAddress, _ proto: RawAddress, among candidates: [Any.Type]
    ) -> Any.Type? {
        func matches(_ type: Any.Type) -> Bool { Self.table(of: RawAddress(type), to: proto) == table }
        // The descriptor names a type that is not generic by its descriptor, directly or by a pointer to it.
        let flags = conformance.load(12, as: UInt32.self)
        let descriptor: RawAddress? =
            switch flags >> 3 & 7 {
            case 0: conformance.relative(4)
            case 1: conformance.relative(4)?.address()
            default: nil
            }
        if let type = descriptor.flatMap(ImageList.type(describedAt:)), matches(type) { return type }
        var level = candidates
        for _ in 0..<4 {
            if let type = level.first(where: matches) { return type }
            level = level.flatMap(TypeDescription.arguments)
        }
        return nil
    }

    /// The witness table of a type's conformance; nil if there is none.
    static func table(of type: RawAddress, to proto: RawAddress) -> RawAddress? {
        // SAFETY: both come from bindings of a context, or were checked to be what they are when their shape was read.
        unsafe mc_conformance(type.pointer, proto.pointer).map { unsafe RawAddress($0) }
    }

    /// Whether the descriptor of a protocol may be here.
    static func isProtocol(_ address: RawAddress) -> Bool {
        address.bits % 4 == 0 && address.load(as: UInt32.self) & 0x1F == 3
    }
}

/// Puts together contexts of one shape.
final class ClosureContextReceiver: ContextReceiver, @unchecked Sendable {
    // SAFETY: constants only.
    private let metadata: RawAddress
    private let bindings: [UInt]
    private let size: Int
    private let alignmentMask: Int
    private let slots: [SlotReceiver]

    /// Reads the compiler's description again, and compares.
    init(_ shape: ClosureContextShape, _ images: LoadedImages) throws {
        metadata = try images.address(of: shape.metadata)
        guard metadata.bits % 8 == 0, metadata.load(as: UInt.self) == MetadataKind.context else {
            throw LoadedImages.damaged
        }
        bindings = try shape.bindings.map { try Self.word(of: $0, images) }
        let layout: ContextLayout
        do {
            let descriptor = try CaptureDescriptor(ofContext: metadata)
            guard descriptor.bindingCount == bindings.count else { throw LoadedImages.damaged }
            layout = try ContextLayout(descriptor, bindings: bindings)
        } catch let refusal as CaptureRefusal {
            throw MultitaskingError(.functionNotFound, "the worker cannot read a function's context: \(refusal)")
        }
        guard layout.size == shape.size, layout.alignmentMask == shape.alignmentMask,
            layout.slots.count == shape.captures.count
        else { throw LoadedImages.damaged }
        slots = try zip(layout.slots, shape.captures).map { slot, capture in
            try SlotCoder.make(slot.kind, offset: slot.offset).receiver(for: capture, images)
        }
        // The box of a variable has the stride of its type, which may be more than the size of the type that is
        // described.
        size = layout.size + (slots.count == 1 ? slots[0].room : 0)
        alignmentMask = layout.alignmentMask
    }

    private static func word(of binding: BindingShape, _ images: LoadedImages) throws -> UInt {
        switch binding {
        case .type(let reference):
            return RawAddress(try images.type(reference)).bits
        case .constantConformance(let location):
            return try images.address(of: location).bits
        case .conformance(let reference, let location):
            let proto = try images.address(of: location)
            guard Conformance.isProtocol(proto),
                let table = Conformance.table(of: RawAddress(try images.type(reference)), to: proto)
            else { throw LoadedImages.damaged }
            return table.bits
        }
    }

    override func read(from reader: PayloadReader) throws -> UInt {
        // SAFETY: the metadata is that of contexts of this size and alignment, and in the end all of it is initialized:
        // the bindings and each slot once. If a slot cannot be, those before it are destroyed again, and the object, of
        // which nobody else knows, is freed without its destructor.
        guard let object = unsafe mc_allocate_object(metadata.pointer, size, alignmentMask) else {
            throw MultitaskingError(.decodeFailed, "there is no memory for the captured values of a function")
        }
        for (index, word) in bindings.enumerated() {
            unsafe object.storeBytes(of: word, toByteOffset: ContextLayout.header + 8 * index, as: UInt.self)
        }
        var count = 0
        do {
            while count < slots.count {
                try unsafe slots[count].read(from: reader, into: object)
                count += 1
            }
        } catch {
            for slot in slots[..<count] { unsafe slot.destroy(in: object) }
            unsafe mc_free_uninitialized_object(object, size, alignmentMask)
            throw error
        }
        return UInt(bitPattern: object)
    }
}
