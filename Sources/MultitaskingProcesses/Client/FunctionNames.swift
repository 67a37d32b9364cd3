import CMultitaskingLinux
import Glibc
import MultitaskingCore
import Synchronization

/// The names of the functions that were submitted, looked up in the symbols of the program when somebody asks.
final class FunctionNames: Sendable {
    private let names = Mutex<[Int: String]>([:])

    func name(of number: Int, in table: FunctionTable) -> String {
        if let name = names.withLock({ $0[number] }) { return name }
        guard let place = table.place(of: number) else { return "function \(number)" }
        if let target = table.targets(of: number), let name = Self.name(target, in: place.path) {
            names.withLock { $0[number] = name }
            return name
        }
        // Until a worker has called it, it is only known where it was submitted.
        return Self.symbol(at: place.offset, in: place.path).map(Self.shortened) ?? "function \(number)"
    }

    /// The name of a function, which may be behind a thunk of the compiler's.
    private static func name(_ target: (first: UInt64, second: UInt64), in path: String) -> String? {
        guard let symbol = symbol(at: target.first, in: path) else { return nil }
        guard symbol.contains("reabstraction thunk") else { return shortened(symbol) }
        // An optimized thunk says what it calls.
        let propagated = "Constant Propagated Function : "
        if let start = symbol.firstRange(of: propagated)?.upperBound {
            return shortened(String(symbol[start...].prefix { $0 != "]" }))
        }
        return Self.symbol(at: target.second, in: path).map(shortened)
    }

    /// The demangled symbol of the code at an offset of an image.
    private static func symbol(at offset: UInt64, in path: String) -> String? {
        var distance: UInt64 = 0
        // SAFETY: the C function returns text that it has allocated, or nothing; it is copied, then freed.
        guard let text = unsafe mt_function_name(path, offset, &distance) else { return nil }
        defer { unsafe free(text) }
        return distance == 0 ? unsafe String(cString: text) : nil
    }

    /// What the source calls it, without types and modules: `parse`, `closure #1 in main`.
    static func shortened(_ symbol: String) -> String {
        // What is sent is an autoclosure around the function; of that is known where the function was submitted.
        var text = withoutDiscriminators(symbol)[...]
        let partial = "partial apply forwarder for "
        if text.hasPrefix(partial) { text = text.dropFirst(partial.count) }
        while text.hasPrefix("implicit closure #"), let place = text.firstRange(of: " in ") {
            text = text[place.upperBound...]
        }
        return text.split(separator: " in ").map { part in
            // `closure #1 (Swift.Int) -> Swift.Int`, `Main.parse(Swift.String) throws -> Main.Tree`.
            if part.hasPrefix("closure #") { return part.split(separator: " ").prefix(2).joined(separator: " ") }
            let path = part.prefix { $0 != "(" && $0 != "<" && $0 != " " }
            return path.split(separator: ".").last.map(String.init) ?? String(part)
        }.joined(separator: " in ")
    }

    /// A symbol in which `(parse in _7F2D27AB)`, a private name with the file that it is private to, is the name alone.
    private static func withoutDiscriminators(_ symbol: String) -> String {
        var text = symbol
        while let mark = text.firstRange(of: " in _"), let open = text[..<mark.lowerBound].lastIndex(of: "("),
            let close = text[mark.upperBound...].firstIndex(of: ")")
        {
            let name = text[text.index(after: open)..<mark.lowerBound]
            text = String(text[..<open]) + name + text[text.index(after: close)...]
        }
        return text
    }
}
