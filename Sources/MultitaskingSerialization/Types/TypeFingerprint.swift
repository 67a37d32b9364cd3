package import MultitaskingCore

/// A number that names a type, the same in every process that runs the same binary.
///
/// Put beside a payload it makes a mismatch of types an error instead of a misreading. It is the 64-bit FNV-1a hash
/// (Fowler, Noll, Vo) of the type's mangled name, its size and its alignment.
///
/// Two types collide by chance with a probability of 2⁻⁶⁴ a pair. Private and local types are the exception: their
/// mangled names hold an address that differs from process to process, which is left out, so that two private types
/// of one name in different files of one module have one fingerprint if they are equally big. Even then a mismatch
/// cannot be worse than a decoding error or a value that the format's own tags allow.
package enum TypeFingerprint {
    /// The fingerprint of `type`.
    ///
    /// - Complexity: a few nanoseconds; about a microsecond the first time a process asks for a type.
    package static func of<T>(_ type: T.Type) -> UInt64 { TypeTable.info(for: type).fingerprint }

    /// The name of the type with this fingerprint; nil if this process has not met it, and it is not a usual one.
    package static func typeName(of fingerprint: UInt64) -> String? {
        TypeTable.name(of: fingerprint)
            ?? usual.first { compute(for: $0) == fingerprint }.map { qualifiedName(of: $0) }
    }

    /// What is sent most often: the one who asks for another type may not have met it.
    private static let usual: [Any.Type] =
        [
            Bool.self, Int.self, Int8.self, Int16.self, Int32.self, Int64.self, UInt.self, UInt8.self, UInt16.self,
            UInt32.self, UInt64.self, Float.self, Double.self, String.self,
        ]
        + [
            [Bool].self, [Int].self, [Int32].self, [Int64].self, [UInt8].self, [Float].self, [Double].self,
            [String].self, [String: Int].self, [String: Double].self, [String: String].self, Int?.self, Double?.self,
            String?.self,
        ]

    /// Checks that a payload whose envelope says `fingerprint` holds a `type`.
    ///
    /// - Throws: `wrongType`, with the names of both types where they are known.
    package static func check<T>(_ fingerprint: UInt64, is type: T.Type) throws(MultitaskingError) {
        if of(type) != fingerprint { throw mismatch(found: fingerprint, expected: type) }
    }

    /// The error for a payload that holds another type than the one that was asked for.
    package static func mismatch<T>(found fingerprint: UInt64, expected type: T.Type) -> MultitaskingError {
        let found = typeName(of: fingerprint) ?? "a type this process has not used (fingerprint \(fingerprint))"
        return MultitaskingError(
            .wrongType,
            "the value is \(found), but \(qualifiedName(of: type)) was asked for; ask for the type that was sent")
    }

    /// The fingerprint of `type`, without the cache.
    static func compute(for type: Any.Type) -> UInt64 {
        var hash = TypeNameHash(of: type)
        func mixLayout<T>(_: T.Type) {
            for word in [MemoryLayout<T>.size, MemoryLayout<T>.alignment] {
                for byte in 0..<8 { hash.add(UInt8(truncatingIfNeeded: word >> (8 * byte))) }
            }
        }
        _openExistential(type, do: mixLayout)
        return hash.value
    }
}
