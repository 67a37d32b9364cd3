/// What the coder knows of a type, looked up once for a value that is encoded or decoded and named besides.
///
/// Not generic: code in other modules would look such a type up at run time, which takes longer than all the rest.
package struct CodedType {
    let info: TypeInfo

    /// Looks a type up.
    package init<Value>(_ type: Value.Type) { info = TypeTable.info(for: type) }

    /// The type's ``TypeFingerprint``.
    package var fingerprint: UInt64 { info.fingerprint }
}
