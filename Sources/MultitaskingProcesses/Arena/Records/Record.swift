/// Something of fixed size in the arena that is made of words.
///
/// A record is a place, not a copy: it holds where it lies, and its properties are the words themselves. Only the
/// record knows at which offset a field is; a test goes through all fields of all records and proves that none overlap.
protocol Record {
    /// The fields, each with its offset in bytes from the record's start as its raw value.
    associatedtype Field: RecordField
    /// How many bytes it takes up.
    static var size: Int { get }

    var arena: Arena { get }
    /// Where it begins; a multiple of 8.
    var offset: Int { get }
}

/// A field of a record; its raw value is its offset.
protocol RecordField: RawRepresentable, CaseIterable where RawValue == Int {
    /// How many bytes it takes up: 8, unless it is a futex of 4 bytes or has several parts.
    var size: Int { get }
}

extension RecordField {
    var size: Int { 8 }
}

// Inlined, and with that a constant each: a record costs nothing beside the words.
extension Record {
    /// A field that is a number, or one of several such in a row.
    @inline(__always)
    func word(_ field: Field, _ index: Int = 0) -> SharedWord { arena.word(offset(of: field) + index * 8) }

    /// A field that holds a value of a type of its own.
    @inline(__always)
    func shared<Value>(_ field: Field) -> Shared<Value> { Shared(word(field)) }

    /// A field that processes sleep on.
    @inline(__always)
    func futex(_ field: Field) -> SharedFutex { arena.futex(offset(of: field)) }

    /// Where a field lies in the arena, for what is more than a word.
    @inline(__always)
    func offset(of field: Field) -> Int { offset + field.rawValue }
}
