import CMultitaskingCaptures
import Glibc

/// The name of a type as the compiler writes it into metadata: with references to descriptors, by their distance, in
/// the place of the names of types (swift repository, docs/ABI/Mangling.rst).
@safe
struct MetadataName: @unchecked Sendable {
    // SAFETY: names are constants of images.
    let bytes: UnsafePointer<UInt8>
    let length: Int
    /// The operators, with "#" for each reference and "." for each identifier.
    let operators: String

    /// Reads the name that begins here and ends with a zero byte.
    init(at address: RawAddress) {
        // SAFETY: the caller knows that a name is here; names end with a zero byte, which the loop does not pass.
        unsafe bytes = address.pointer.assumingMemoryBound(to: UInt8.self)
        var operators = ""
        var index = 0
        while true {
            let byte = unsafe bytes[index]
            switch byte {
            case 0:
                length = index
                self.operators = operators
                return
            case 1...0x17:
                operators.append("#")
                index += 5
            case 0x18...0x1F:
                operators.append("#")
                index += 9
            case UInt8(ascii: "1")...UInt8(ascii: "9") where !"AqdSB".contains(operators.last ?? " "):
                var count = 0
                while case let digit = unsafe bytes[index], digit >= 0x30, digit <= 0x39, count < 1 << 16 {
                    count = count * 10 + Int(digit) - 0x30
                    index += 1
                }
                // An identifier, unless the name ends within it.
                var isWhole = true
                for offset in 0..<count where unsafe bytes[index + offset] == 0 {
                    isWhole = false
                    break
                }
                operators.append(isWhole ? "." : "?")
                index += isWhole ? count : 0
            default:
                operators.unicodeScalars.append(Unicode.Scalar(byte))
                index += 1
            }
        }
    }

    /// The descriptors that the name refers to directly.
    private var descriptors: [RawAddress] {
        var found: [RawAddress] = []
        var index = 0
        while index < length {
            let byte = unsafe bytes[index]
            if byte <= 0x17 {
                let reference = unsafe RawAddress(bytes + index + 1)
                if let target = reference.relative(), byte <= 2 {
                    if let descriptor = byte == 1 ? target : target.address() { found.append(descriptor) }
                }
                index += 5
            } else {
                index += byte <= 0x1F ? 9 : 1
            }
        }
        return found
    }

    /// A name for errors.
    var readable: String {
        let names = descriptors.map(TypeDescription.name(ofDescriptor:))
        if !names.isEmpty { return names.joined(separator: " with ") }
        let text = "$s" + (unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self))
        return unsafe text.utf8CString.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, let name = unsafe mc_demangle(base, buffer.count - 1) else {
                return text
            }
            // SAFETY: a string of the C library's memory, which is ours to free.
            defer { unsafe free(name) }
            return unsafe String(cString: name)
        }
    }

    // MARK: What is captured

    /// Whether this is the type of a function as the code generator sees it.
    var isFunction: Bool { convention != nil }

    /// Whether this is a function that is kept with its context and nothing else: not one of C, not one that may not be
    /// kept, and not one that carries its isolation along.
    var isEscapingFunction: Bool {
        guard var rest = convention else { return false }
        func take(_ letter: Character) -> Bool {
            guard rest.first == letter else { return false }
            rest.removeFirst()
            return true
        }
        _ = take("s")
        _ = take("I")
        _ = take("P")
        guard take("e"), !take("A"), take("g") || take("y") || take("x") else { return false }
        return rest.first.map { !"BCMJKWz".contains($0) } ?? true
    }

    /// The letters behind the `I` of a function's type.
    ///
    /// An `I` may also be an attribute of a parameter: the isolation that is passed to a `nonisolated(nonsending)`
    /// function, or an `isolated` parameter. No such letter precedes an `e`, so the `I` of a kept function is found
    /// first.
    private var convention: Substring? {
        guard operators.hasSuffix("_"), let start = escapingStart ?? operators.lastIndex(of: "I") else { return nil }
        let rest = operators[operators.index(after: start)...]
        return rest.allSatisfy { $0.isLetter || $0 == "_" } ? rest : nil
    }

    /// The last `I` whose function is kept, unless a function behind it isn't.
    private var escapingStart: String.Index? {
        let type = operators.dropLast().lastIndex(of: "_").map { operators[$0...] } ?? operators[...]
        return type.indices.last { index in
            guard type[index] == "I" else { return false }
            return type[type.index(after: index)...].drop { "sIP".contains($0) }.first == "e"
        }
    }

    /// Whether the type is that of a variable, or of the box of one. (`Qz` ends the name of an associated type.)
    var isVariable: Bool {
        operators.contains("_X") || operators.contains("XX") || operators.hasSuffix("z") && !operators.hasSuffix("Qz")
    }

    /// Whether the type is that of a weak or unowned reference, or of the box of one.
    var isUncountedReference: Bool {
        ["Xw", "Xo", "Xu"].contains { operators.hasSuffix($0) || operators.hasSuffix($0 + "z_Xx") }
    }

    /// Whether the type is one that no value of the language has.
    var isBuiltin: Bool {
        operators.hasPrefix("B") && operators.count <= 6 || ["Xb", "Xe"].contains { operators.hasSuffix($0) }
    }

    /// Whether the type is a metatype that is known, and takes no room.
    var isMetatype: Bool { operators.contains("XM") || operators.hasSuffix("m") || operators.hasSuffix("Xm") }

    /// Whether the type is found by a function alone, to which the name refers. The compiler hides types of fields that
    /// cannot be copied from runtimes that would copy them: there the function returns `Void`.
    var isHidden: Bool { unsafe length == 5 && bytes[0] == 9 }

    /// Whether the name mentions a generic parameter.
    var isGeneric: Bool { operators.contains("x") || operators.contains("q") }
}
