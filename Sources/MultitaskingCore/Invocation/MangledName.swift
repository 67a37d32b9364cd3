/// The mangled name of a type, by which another process of the same binary finds it.
///
/// A name that comes from another process is input, and looking up a forged one may never end: each optional around an
/// optional doubles the time in which Swift finds its conformances, each reference to an earlier part of the name may
/// repeat all that came before. So only names whose structure bounds the time are looked up: ``isBounded``. A name that
/// is made here and isn't bounded doesn't count as a name, so both ends agree.
package struct MangledName: Hashable, Sendable {
    /// The name as Swift mangles it.
    package let text: String

    /// Makes a name from one that another process sent.
    package init(_ text: String) { self.text = text }

    /// The name of `type`; nil if it has none that leads back to it: private and local types have none.
    package init?(of type: Any.Type) {
        guard let text = _mangledTypeName(type) else { return nil }
        self.init(text)
        guard self.type == type else { return nil }
    }

    /// The type of this name; nil if this process does not have it, or the name is not bounded.
    package var type: Any.Type? { isBounded ? _typeByName(text) : nil }

    /// How many bytes a name may have.
    static let byteLimit = 4096
    /// How many steps that make a type of others a name may have: as many as types may be nested in each other.
    static let stepLimit = 256
    /// How often a name may refer to an earlier part of itself. With n references in all, types can be repeated e^(n/e)
    /// times at most.
    static let referenceLimit = 32
    /// How many optionals may be nested in each other.
    static let optionalLimit = 8

    /// Whether the name's structure bounds how long it takes to find its type.
    var isBounded: Bool {
        var scanner = MangledNameScanner(text)
        return text.utf8.count <= Self.byteLimit && scanner.isBounded()
    }
}

/// Reads a mangled name as far as is needed to count what takes time.
///
/// The grammar is that of the Swift repository, docs/ABI/Mangling.rst and lib/Demangling/Demangler.cpp: identifiers are
/// jumped over exactly as the demangler does it, all else is counted letter by letter.
private struct MangledNameScanner {
    private let name: [UInt8]
    private var position = 0
    private var steps = 0
    private var references = 0
    /// How many optionals are around each other at this place, and at most so far.
    private var optionals = 0
    private var mostOptionals = 0

    init(_ text: String) { name = Array(text.utf8) }

    mutating func isBounded() -> Bool {
        guard !name.isEmpty else { return false }
        while position < name.count {
            guard scan(), steps <= MangledName.stepLimit, references <= MangledName.referenceLimit,
                optionals <= MangledName.optionalLimit
            else { return false }
        }
        return true
    }

    private var next: UInt8? { position < name.count ? name[position] : nil }

    private mutating func scan() -> Bool {
        guard let character = next else { return false }
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            optionals = 0
            return skipIdentifier()
        case UInt8(ascii: "A"):
            // What is referred to may be the largest pile of optionals so far.
            optionals = mostOptionals
            position += 1
            return countReferences()
        case UInt8(ascii: "S"):
            position += 1
            return scanStandardType()
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "B")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            optionals = 0
            steps += 1
            position += 1
            return true
        default: return false
        }
    }

    /// Behind an S: an optional, or a type of the standard library, perhaps repeated.
    private mutating func scanStandardType() -> Bool {
        if next == UInt8(ascii: "g") {
            position += 1
            steps += 1
            optionals += 1
            mostOptionals = max(mostOptionals, optionals)
            return true
        }
        optionals = 0
        // Optionals that are not written as above are nobody's.
        guard let count = readNumber(), let letter = next, letter != UInt8(ascii: "q") else { return false }
        position += 1
        references += max(0, count - 1)
        return isLetter(letter)
    }

    /// Behind an A: references to earlier parts, each perhaps repeated, of which a capital letter is the last.
    private mutating func countReferences() -> Bool {
        while let count = readNumber(), let letter = next {
            position += 1
            references += letter == UInt8(ascii: "_") ? 1 : max(1, count)
            if letter == UInt8(ascii: "_") || isCapital(letter) { return true }
            guard isLetter(letter), references <= MangledName.referenceLimit else { return false }
        }
        return false
    }

    private mutating func skipIdentifier() -> Bool {
        var hasWords = false
        var isPunycode = false
        if next == UInt8(ascii: "0") {
            position += 1
            isPunycode = next == UInt8(ascii: "0")
            if isPunycode { position += 1 } else { hasWords = true }
        }
        repeat {
            while hasWords, let letter = next, isLetter(letter) {
                position += 1
                hasWords = !isCapital(letter)
            }
            if next == UInt8(ascii: "0") {
                position += 1
                break
            }
            guard let count = readNumber(), count > 0 else { return false }
            if isPunycode, next == UInt8(ascii: "_") { position += 1 }
            guard count <= name.count - position else { return false }
            position += count
        } while hasWords
        return true
    }

    /// Reads a number, 0 if there is none; nil if it is larger than any in a name that is bounded.
    private mutating func readNumber() -> Int? {
        var number = 0
        while let digit = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit {
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
            guard number <= MangledName.byteLimit else { return nil }
            position += 1
        }
        return number
    }

    private func isCapital(_ letter: UInt8) -> Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= letter }

    private func isLetter(_ letter: UInt8) -> Bool {
        isCapital(letter) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= letter
    }
}
