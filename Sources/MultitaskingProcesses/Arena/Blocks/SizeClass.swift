/// The sizes in which blocks are cut: powers of two from 256 bytes to 512 KiB, and one class for channel segments.
enum SizeClass {
    /// How many classes there are.
    static let count = 13
    /// Channel segments have a class of their own, so that their memory never serves for anything else: a process that
    /// still holds an old segment then reads an old segment, not somebody's payload.
    static let segment = 12

    /// The smallest class that holds `byteCount` bytes, or nil if it takes whole chunks.
    @inline(__always)
    static func holding(_ byteCount: Int) -> Int? {
        if byteCount <= ArenaLayout.smallestBlock { return 0 }
        let exponent = Int.bitWidth - (byteCount - 1).leadingZeroBitCount - 8
        return exponent < segment ? exponent : nil
    }

    /// The block size of a class, in bytes.
    @inline(__always)
    static func size(_ sizeClass: Int) -> Int {
        sizeClass == segment ? 4096 : ArenaLayout.smallestBlock << sizeClass
    }
}
