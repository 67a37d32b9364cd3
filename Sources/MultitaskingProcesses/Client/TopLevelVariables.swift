import Glibc
import Logging

/// The top-level variables of the program's `main.swift`, which a spawned worker does not have.
///
/// They are set by `main`, which a re-executed process never reaches, so they read as zero there — silently. The symbol
/// table of the executable gives them away: a variable outside of any type (a mangled name that ends in `vp`), in
/// zero-initialized memory, that is neither set on first use, as those of other files are (there is a token, `…_Wz`),
/// nor reached by an addressor (`…vau`), as those are that the compiler has set by itself. Optimized builds lack some
/// addressors, or all, so there a variable counts only if it is not zero now: one that reads as zero anyway misleads
/// nobody.
///
/// A stripped executable tells nothing; then nothing is said but in debug messages.
enum TopLevelVariables {
    /// Says once that tasks must not use them, if the program has any.
    static func warn() { _ = warning }

    private static let warning: Void = {
        switch found {
        case nil:
            Logger.processes.debug(
                """
                this executable has no symbol table, so the pool can't determine whether main.swift has top-level \
                variables, which read as zero in spawned workers (see the article "Fork safety")
                """)
        case let names?: if let advice = advice(names) { Logger.processes.warning("\(advice)") }
        }
    }()

    /// Their names; nil if it cannot be known.
    private static var found: [String]? { candidates.map { names(of: $0, isZero: isZeroNow) } }

    /// Reading a symbol table takes up to a tenth of a second, which no error may take.
    private static let candidates = candidates(in: "/proc/self/exe")

    /// What a user of a spawned pool must know of them; nil if there are none. Looked at anew, as more may be set by
    /// now.
    static var advice: String? { found.flatMap(advice) }

    private static func advice(_ names: [String]) -> String? {
        guard !names.isEmpty else { return nil }
        let list = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
        return """
            the top-level variables of main.swift, or variables that the program has set since it started (\(list)), \
            read as zero in the workers of this pool, because they are spawned, not forked: a task must not use them; \
            pass them as arguments, or move constants into another file or into a type as static let (see the article \
            "Fork safety")
            """
    }

    /// The names of the top-level variables of an executable; nil if it has no symbol table.
    ///
    /// - Parameter isZero: whether a variable at an address of the file reads as zero in this process.
    static func find(in path: String, isZero: (_ address: UInt64, _ size: Int) -> Bool) -> [String]? {
        candidates(in: path).map { names(of: $0, isZero: isZero) }
    }

    /// What may be such a variable.
    private struct Candidate {
        let name: String
        let address: UInt64
        let size: Int
        /// Whether it is one whatever its value is.
        let isCertain: Bool
    }

    private static func names(
        of candidates: [Candidate], isZero: (_ address: UInt64, _ size: Int) -> Bool
    ) -> [String] {
        candidates.filter { $0.isCertain || !isZero($0.address, $0.size) }.map(\.name)
    }

    private static func candidates(in path: String) -> [Candidate]? {
        guard let image = MappedFile(path), let table = SymbolTable(image) else { return nil }
        var variables: [(symbol: String, address: UInt64, size: Int)] = []
        var tokens: Set<Substring> = []
        var addressors: Set<Substring> = []
        var mainModules: Set<String> = []
        var optimizedModules: Set<Substring> = []
        table.forEachSymbol { symbol, isZeroInitialized, address, size in
            // SwiftPM renames the entry point of an executable after its module.
            if symbol.hasSuffix("_main"), !symbol.hasPrefix("$") { mainModules.insert(String(symbol.dropLast(5))) }
            guard symbol.hasPrefix("$s") else { return }
            if symbol.hasSuffix("_Wz") { tokens.insert(symbol.dropLast(3)) }
            if symbol.hasSuffix("vau") { addressors.insert(symbol.dropLast(3)) }
            if isOptimized(symbol), let module = module(of: symbol) { optimizedModules.insert(module) }
            if isZeroInitialized, symbol.hasSuffix("vp") { variables.append((symbol, address, size)) }
        }
        let found = variables.compactMap { variable -> Candidate? in
            let stem = variable.symbol.dropLast(2)
            let isLazy = stem.indices.contains { tokens.contains(stem[..<$0]) }
            guard !isLazy, !addressors.contains(stem), let (module, name) = place(of: variable.symbol),
                mainModules.isEmpty || mainModules.contains(module)
            else { return nil }
            let isDebug =
                !optimizedModules.contains(module[...])
                && addressors.contains { $0.hasPrefix("$s\(module.utf8.count)\(module)") }
            return Candidate(
                name: name, address: variable.address, size: variable.size,
                isCertain: isDebug && !mainModules.isEmpty)
        }
        return found.sorted { $0.name < $1.name }
    }

    /// Whether a symbol is a function whose signature the optimizer has changed for its callers.
    private static func isOptimized(_ symbol: String) -> Bool {
        // SAFETY: both are there, and end in a zero, until the call returns. On the way to a spawned pool, 69,000
        // symbols take 3.5 ms so, and 75 by Swift's search for text.
        unsafe strstr(symbol, "Tf4") != nil
    }

    /// The module of a mangled name, as in `$s6primes5limitSivp`.
    private static func module(of symbol: String) -> Substring? {
        let rest = symbol.dropFirst(2)
        let digits = rest.prefix { $0.isNumber }
        guard let count = Int(digits), count <= rest.count - digits.count else { return nil }
        return rest.dropFirst(digits.count).prefix(count)
    }

    /// The module and the name of a variable that is in no type and no function; nil for any other.
    private static func place(of symbol: String) -> (module: String, name: String)? {
        // `primes.limit : Swift.Int`, or `primes.(limit in _9F86D081884C7D65) : Swift.Int` for a private one.
        guard let text = demangled(symbol), let colon = text.firstRange(of: " : ") else { return nil }
        let path = text[..<colon.lowerBound]
        guard let dot = path.firstIndex(of: ".") else { return nil }
        let (module, last) = (path[..<dot], path[path.index(after: dot)...])
        let name = last.hasPrefix("(") ? last.dropFirst().prefix { $0 != " " } : last
        guard !name.contains("."), !module.contains(" "), !name.contains(" ") else { return nil }
        return (String(module), String(name))
    }

    private static func demangled(_ symbol: String) -> String? {
        // SAFETY: the runtime returns text that it has allocated, or nothing; it is copied, then freed.
        guard let text = unsafe demangle(symbol, symbol.utf8.count, nil, nil, 0) else { return nil }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    /// Whether a variable of this executable reads as zero now.
    private static func isZeroNow(_ address: UInt64, _ size: Int) -> Bool {
        guard let offset = loadOffset, let start = unsafe UnsafeRawPointer(bitPattern: UInt(address &+ offset)) else {
            return false
        }
        // SAFETY: the symbol table of the running executable says that a variable of this size is there. Another thread
        // may write to it meanwhile; whatever is read then is not zero before or after.
        return unsafe UnsafeRawBufferPointer(start: start, count: size).allSatisfy { $0 == 0 }
    }

    /// `AT_PHDR`: where the kernel has put the executable's program headers.
    private static let programHeaders: UInt = 3

    /// What is added to the addresses in the executable's file; nil if that is not known.
    private static let loadOffset: UInt64? = {
        let headers = UInt64(auxiliaryValue(programHeaders))
        guard headers != 0, let image = MappedFile("/proc/self/exe"), let type = image.load(0x10, as: UInt16.self),
            let place = image.load(0x20, as: UInt64.self)
        else { return nil }
        // An executable of the old type is where its file says.
        return type == 2 ? 0 : headers &- place
    }()
}

@_silgen_name("swift_demangle")
private func demangle(
    _ name: UnsafePointer<CChar>, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: UnsafeMutablePointer<Int>?, _ flags: UInt32
) -> UnsafeMutablePointer<CChar>?

// Glibc's module leaves `sys/auxv.h` out.
@_silgen_name("getauxval")
private func auxiliaryValue(_ type: UInt) -> UInt
