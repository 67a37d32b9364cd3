/// Why a value could not be read at one place of a payload; a frame makes a `DecodingError` of it.
enum ReadFailure: Error {
    /// The payload ends before the value does.
    case truncated
    /// The value has another tag.
    case mismatch(tag: UInt8)
    /// The number does not fit the type that was asked for.
    case unrepresentable
    /// The bytes aren't a value of their type.
    case invalid(String)
}
