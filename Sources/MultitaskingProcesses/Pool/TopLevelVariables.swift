import Glibc
import Logging

/// The top-level variables of the program's `main.swift`, which a spawned worker does not have.
///
/// They are set by `main`, which a re-executed process never reaches, so they read as zero there — silently. The symbol
/// table of the executable gives them away: they are variables (mangled names ending in `vp`) in zero-initialized memory
/// without the once-token (`_Wz`) that guards the lazy globals of all other files. A stripped executable tells nothing.
enum TopLevelVariables {
    /// Their names; empty if there are none or it cannot be known.
    static let names: [String] = find(in: "/proc/self/exe")

    /// Says once that tasks must not use them, if the program has any.
    static func warn() { _ = warning }

    private static let warning: Void = {
        if let advice { PoolCore.logger.warning("\(advice)") }
    }()

    /// What a user of a spawned pool must know of them; nil if there are none.
    static let advice: String? = {
        guard !names.isEmpty else { return nil }
        let list = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
        return """
            the top-level variables of main.swift (\(list)) read as zero in the workers of this pool, because they are \
            spawned, not forked: a task must not use them; pass them as arguments, or move them into another file or \
            into a type as static let (Docs/fork-safety.md)
            """
    }()

    static func find(in path: String) -> [String] {
        guard let image = MappedFile(path), let table = SymbolTable(image) else { return [] }
        var variables: [(module: Substring, name: Substring)] = []
        var lazy: Set<[Substring]> = []
        var mainModules: Set<Substring> = []
        table.forEachSymbol { symbol, isZeroInitialized in
            // SwiftPM renames the entry point of an executable after its module.
            if symbol.hasSuffix("_main"), !symbol.hasPrefix("$") { mainModules.insert(symbol.dropLast(5)) }
            let isToken = symbol.hasSuffix("_Wz")
            guard isToken || isZeroInitialized && symbol.hasSuffix("vp"), symbol.hasPrefix("$s") else { return }
            let names = names(in: symbol)
            guard let module = names.first else { return }
            if isToken {
                for name in names.dropFirst() { lazy.insert([module, name]) }
            } else if names.count == 2 {
                variables.append((module, names[1]))
            }
        }
        return variables.filter { mainModules.contains($0.module) && !lazy.contains([$0.module, $0.name]) }
            .map { String($0.name) }.sorted()
    }

    /// The length-prefixed names at the beginning of a mangled one: `$s6primes5limitSivp` has `primes` and `limit`.
    private static func names(in mangled: String) -> [Substring] {
        var rest = mangled.dropFirst(2)
        var names: [Substring] = []
        while let first = rest.first {
            if first == "_", !names.isEmpty {
                rest = rest.dropFirst()
                continue
            }
            let digits = rest.prefix { $0.isNumber }
            guard first != "0", let length = Int(digits), rest.count >= digits.count + length else { break }
            rest = rest.dropFirst(digits.count)
            names.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return names
    }
}

/// A file mapped for reading.
@safe
private final class MappedFile {
    // SAFETY: the mapping is private and read-only, lives as long as this object, and is read with bounds checked.
    private let bytes: UnsafeRawBufferPointer

    init?(_ path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size > 0 else { return nil }
        let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard unsafe address != MAP_FAILED else { return nil }
        unsafe bytes = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit { unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }

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
private struct SymbolTable {
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
            let base = Int(clamping: start) + index * Int(entrySize)
            guard let type = file.load(base + 4, as: UInt32.self), let offset = file.load(base + 0x18, as: UInt64.self),
                let size = file.load(base + 0x20, as: UInt64.self), let link = file.load(base + 0x28, as: UInt32.self)
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

    func forEachSymbol(_ body: (_ name: String, _ isZeroInitialized: Bool) -> Void) {
        for base in stride(from: symbols.offset, to: symbols.offset + symbols.size, by: Self.symbolSize) {
            guard let name = file.load(base, as: UInt32.self), let section = file.load(base + 6, as: UInt16.self),
                Int(section) < sections.count, let text = file.string(names.offset + Int(name))
            else { continue }
            body(text, sections[Int(section)].type == Self.typeZeroInitialized)
        }
    }
}
