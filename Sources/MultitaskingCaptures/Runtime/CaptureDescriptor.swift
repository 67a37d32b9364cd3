/// What the compiler says that a context holds: the record that it emits for debuggers beside each kind of context
/// (swift repository, include/swift/RemoteInspection/Records.h, `CaptureDescriptor`).
struct CaptureDescriptor {
    /// The types of the captures, in their order in memory.
    let captures: [MetadataName]
    /// How many words of types and conformances come before the captures.
    let bindingCount: Int
    /// Which of these words is which generic parameter's type.
    let parameters: [(binding: Int, parameter: GenericParameter?)]
    /// Whether a type is found in another way, which is not known here.
    let hasOtherSources: Bool
    /// Where the first capture or binding lies, as far as that is fixed.
    let firstOffset: Int

    /// Reads the descriptor that a context's metadata names.
    ///
    /// - Throws: `CaptureRefusal` if there is none, or it is not what it should be.
    init(ofContext metadata: RawAddress) throws {
        guard let record = metadata.address(16) else { throw CaptureRefusal.noReflectionMetadata }
        guard Images.isConstant(record), Images.isConstant(record + 12) else { throw CaptureRefusal.unknownLayout }
        let captureCount = Int(record.load(as: UInt32.self))
        let sourceCount = Int(record.load(4, as: UInt32.self))
        bindingCount = Int(record.load(8, as: UInt32.self))
        let size = 12 + 4 * captureCount + 8 * sourceCount
        guard captureCount <= 256, sourceCount <= 256, bindingCount <= 256, Images.isConstant(record + (size - 1))
        else { throw CaptureRefusal.unknownLayout }
        captures = try (0..<captureCount).map { try Self.name(at: record + (12 + 4 * $0)) }
        var parameters: [(binding: Int, parameter: GenericParameter?)] = []
        var hasOtherSources = false
        for index in 0..<sourceCount {
            let pair = record + (12 + 4 * captureCount + 8 * index)
            let source = try Self.name(at: pair + 4).operators
            // "B2" is the third binding. All other sources are types found inside captures, sizes of packs, or new.
            if source.first == "B", let binding = Int(source.dropFirst()), binding < bindingCount {
                parameters.append((binding, GenericParameter(try Self.name(at: pair).operators)))
            } else {
                hasOtherSources = true
                guard source.first != "s", source.first != "v" else { throw CaptureRefusal.pack }
            }
        }
        self.parameters = parameters
        self.hasOtherSources = hasOtherSources
        firstOffset = Int(metadata.load(8, as: UInt32.self))
    }

    private static func name(at reference: RawAddress) throws -> MetadataName {
        guard let target = reference.relative(), Images.isConstant(target) else { throw CaptureRefusal.unknownLayout }
        return MetadataName(at: target)
    }
}

/// A generic parameter, by the depth of what declares it and its place there.
struct GenericParameter: Hashable {
    let depth: Int
    let index: Int

    /// Reads a mangled parameter: `x`, `q_`, `q0_` and so on, and `qd__` for those that are declared deeper inside.
    init?(_ text: String) {
        if text == "x" {
            (depth, index) = (0, 0)
            return
        }
        guard text.first == "q" else { return nil }
        var rest = text.dropFirst()
        func number() -> Int? {
            let digits = rest.prefix { $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard rest.first == "_" else { return nil }
            rest = rest.dropFirst()
            return digits.isEmpty ? 0 : Int(digits).map { $0 + 1 }
        }
        if rest.first == "d" {
            rest = rest.dropFirst()
            guard let depth = number(), let index = number(), rest.isEmpty else { return nil }
            (self.depth, self.index) = (depth + 1, index)
        } else {
            guard let index = number(), rest.isEmpty else { return nil }
            (depth, self.index) = (0, index + 1)
        }
    }
}
