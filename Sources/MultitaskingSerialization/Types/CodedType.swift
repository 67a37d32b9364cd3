/// What the coder knows of a type, looked up once for a value that is encoded or decoded and named besides.
///
/// Not generic: code in other modules would look such a type up at run time, which takes longer than all the rest.
@safe package struct CodedType {
    private let record: UnsafePointer<TypeTable.Record>

    /// The type's ``TypeFingerprint``.
    package let fingerprint: UInt64

    /// Looks a type up.
    package init<Value>(_ type: Value.Type) {
        unsafe record = TypeTable.record(for: type)
        // SAFETY: records are never freed.
        fingerprint = unsafe record.pointee.info.fingerprint
    }

    // SAFETY: as above. Not copied as a whole, as it is large.
    var strategy: TypeInfo.Strategy { unsafe record.pointee.info.strategy }
    @inline(__always) var flat: FlatKind? { unsafe record.pointee.info.flat }
}
