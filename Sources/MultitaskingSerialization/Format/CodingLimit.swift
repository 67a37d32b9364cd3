/// The bounds that keep coding of hostile or endless values from exhausting the stack or the memory.
enum CodingLimit {
    /// How deeply values may be nested; every level is a level of recursion through the user's `encode` or `init`.
    static let depth = 512
    /// How deeply containers that were made by `nestedContainer` and its kin may be nested.
    static let nesting = 1024
    /// How many values may be begun while a payload of so many bytes is decoded.
    ///
    /// A type that tries one shape after the other may begin a value several times, at each level of nesting anew. No
    /// payload that decodes in a reasonable time comes near this.
    static func work(forByteCount byteCount: Int) -> Int {
        let (product, overflow) = byteCount.multipliedReportingOverflow(by: 128)
        return overflow ? .max : (1 << 14) + min(product, .max - (1 << 14))
    }

    /// From how many bytes on a value is retained and copied once, rather than copied into the writer's buffer.
    static let retained = 1024
    /// How many bytes of buffer a writer keeps when it is reset.
    static let keptBuffer = 1 << 20
    /// How many idle frames a coder keeps when it is reset.
    static let keptFrames = 1024
}
