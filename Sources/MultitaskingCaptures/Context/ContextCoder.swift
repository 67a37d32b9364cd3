import MultitaskingSerialization
import Synchronization

/// How contexts of one kind are taken apart and put together.
///
/// There is one object for each kind, which is found by the context's metadata.
class ContextCoder: @unchecked Sendable {
    // SAFETY: subclasses have constants only.

    /// Writes the captured values, and leaves in the trace what is not the same for all contexts of this metadata.
    func write(_ context: RawAddress, to sink: inout CaptureSink) throws { throw CaptureRefusal.unknownLayout }

    /// Makes of a trace that ``write(_:to:)`` has left what other processes understand.
    func shape(from source: inout TraceSource) throws -> ContextShape { throw CaptureRefusal.unknownLayout }

    // MARK: Finding

    /// The coder of a context.
    ///
    /// - Throws: `CaptureRefusal` if contexts of this kind cannot be sent.
    static func coder(of context: RawAddress) throws -> ContextCoder {
        guard context.bits % 8 == 0, let metadata = context.address() else { throw CaptureRefusal.unknownLayout }
        return try coder(by: metadata) { count in
            (0..<count).map { context.load(ContextLayout.header + 8 * $0, as: UInt.self) }[...]
        }
    }

    /// The coder of contexts with this metadata.
    ///
    /// - Parameter bindings: the first words of the context, which say what its generic parameters are.
    static func coder(by metadata: RawAddress, bindings: (Int) -> ArraySlice<UInt>) throws -> ContextCoder {
        let kind = known.withLock { $0.kinds[metadata] } ?? learn(metadata)
        switch kind {
        case .plain(let coder): return try coder.get()
        case .generic(let descriptor):
            let words = Array(bindings(descriptor.bindingCount))
            guard words.count == descriptor.bindingCount else { throw CaptureRefusal.unknownLayout }
            let key = [metadata.bits] + words
            if let coder = known.withLock({ $0.specialized[key] }) { return try coder.get() }
            let coder = refusable { try ClosureCoder(metadata, descriptor, bindings: words) }
            known.withLock { $0.specialized[key] = coder }
            return try coder.get()
        }
    }

    // Not under the lock: looking types up may run anybody's code.
    private static func learn(_ metadata: RawAddress) -> KnownContexts.Kind {
        let kind: KnownContexts.Kind
        switch metadata.load(as: UInt.self) {
        case MetadataKind.context: kind = closure(metadata)
        case MetadataKind.nativeClass: kind = .plain(refusable { try ObjectCoders.coder(of: metadata.type) })
        case MetadataKind.errorBox: kind = .plain(.success(ErrorBoxCoder()))
        default: kind = .plain(.failure(.unknownLayout))
        }
        known.withLock { $0.kinds[metadata] = kind }
        return kind
    }

    private static func closure(_ metadata: RawAddress) -> KnownContexts.Kind {
        do {
            let descriptor = try CaptureDescriptor(ofContext: metadata)
            guard descriptor.bindingCount == 0 else { return .generic(descriptor) }
            return .plain(.success(try ClosureCoder(metadata, descriptor, bindings: [])))
        } catch { return .plain(.failure(error as? CaptureRefusal ?? .unknownLayout)) }
    }

    private static func refusable(_ make: () throws -> ContextCoder) -> KnownContexts.Found {
        do { return .success(try make()) } catch { return .failure(error as? CaptureRefusal ?? .unknownLayout) }
    }

    private static let known = Mutex(KnownContexts())
}

/// The coders of all contexts that were met, by their metadata.
private struct KnownContexts {
    typealias Found = Result<ContextCoder, CaptureRefusal>

    enum Kind {
        case plain(Found)
        /// One coder for each set of generic arguments.
        case generic(CaptureDescriptor)
    }

    var kinds: [RawAddress: Kind] = [:]
    /// By the metadata and the bindings.
    var specialized: [[UInt]: Found] = [:]
}
