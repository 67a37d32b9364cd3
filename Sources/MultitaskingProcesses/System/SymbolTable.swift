import Glibc

/// A file mapped for reading.
@safe
final class MappedFile {
    // SAFETY: the mapping is private and read-only, lives as long as this object, and is read with bounds checked.
    private let bytes: UnsafeRawBufferPointer

    init?(_ path: String) {
        guard let file = unsafe Descriptor(open(path, O_RDONLY | O_CLOEXEC)) else { return nil }
        let size = Int(lseek(file.number, 0, SEEK_END))
        guard size > 0 else { return nil }
        let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, file.number, 0)
        guard unsafe address != MAP_FAILED else { return nil }
        unsafe bytes = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit { unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }

    var size: Int { unsafe bytes.count }

    func load<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Value.Type) -> Value? {
        guard offset >= 0, unsafe offset <= bytes.count - MemoryLayout<Value>.size else { return nil }
        return unsafe bytes.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// The text from an offset up to the next zero byte.
    func string(_ offset: Int) -> String? {
        guard offset >= 0, unsafe offset < bytes.count else { return nil }
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
        guard let start = rest.baseAddress else { return nil }
        let count = unsafe strnlen(start.assumingMemoryBound(to: CChar.self), rest.count)
        return unsafe String(decoding: rest[..<count], as: UTF8.self)
    }
}

/// The symbol table of a 64-bit ELF file (System V ABI, "Object Files").
struct SymbolTable {
    private struct Section {
        var type: UInt32
        var offset: Int
        var size: Int
        var link: Int
    }

    private static let typeSymbols: UInt32 = 2
    private static let typeZeroInitialized: UInt32 = 8
    private static let symbolSize = 24

    private let file: MappedFile
    private let sections: [Section]
    private let symbols: Section
    private let names: Section

    init?(_ file: MappedFile) {
        guard file.load(0, as: UInt32.self) == 0x464c_457f, file.load(4, as: UInt8.self) == 2,
            let start = file.load(0x28, as: UInt64.self), let entrySize = file.load(0x3a, as: UInt16.self),
            let count = file.load(0x3c, as: UInt16.self)
        else { return nil }
        var sections: [Section] = []
        for index in 0..<Int(count) {
            let base = Int(clamping: start) &+ index &* Int(entrySize)
            guard let type = file.load(base &+ 4, as: UInt32.self),
                let offset = file.load(base &+ 0x18, as: UInt64.self),
                let size = file.load(base &+ 0x20, as: UInt64.self), let link = file.load(base &+ 0x28, as: UInt32.self)
            else { return nil }
            sections.append(
                Section(type: type, offset: Int(clamping: offset), size: Int(clamping: size), link: Int(link)))
        }
        guard let symbols = sections.first(where: { $0.type == Self.typeSymbols }), symbols.link < sections.count else {
            return nil
        }
        self.file = file
        self.sections = sections
        self.symbols = symbols
        names = sections[symbols.link]
    }

    func forEachSymbol(_ body: (_ name: String, _ isZeroInitialized: Bool, _ address: UInt64, _ size: Int) -> Void) {
        // Of a damaged file, what does not exist is not looked for.
        let end = min(symbols.offset.addingReportingOverflow(symbols.size).partialValue, file.size)
        for base in stride(from: symbols.offset, to: end, by: Self.symbolSize) {
            guard let name = file.load(base, as: UInt32.self), let section = file.load(base &+ 6, as: UInt16.self),
                // Number 0 stands for symbols of other files.
                section > 0, Int(section) < sections.count, let text = file.string(names.offset &+ Int(name)),
                let address = file.load(base &+ 8, as: UInt64.self), let size = file.load(base &+ 16, as: UInt64.self)
            else { continue }
            body(text, sections[Int(section)].type == Self.typeZeroInitialized, address, Int(clamping: size))
        }
    }
}
