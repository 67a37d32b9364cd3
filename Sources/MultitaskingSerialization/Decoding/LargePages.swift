internal import MultitaskingPlatform

/// Memory for large arrays that is about to be written for the first time.
enum LargePages {
    /// From which size on it is worth a system call, as in NumPy: with small pages, most of the time of a large copy
    /// goes into finding a page for every 4 KiB.
    private static let least = 4 << 20

    /// Lets the system use large pages for memory, where it has such.
    @inline(__always) static func advise(_ start: UnsafeMutableRawPointer, _ byteCount: Int) {
        if byteCount >= least { unsafe adviseAlways(start, byteCount) }
    }

    @inline(never) private static func adviseAlways(_ start: UnsafeMutableRawPointer, _ byteCount: Int) {
        #if os(Linux)
            let page = Int(getpagesize())
            let skipped = (page - Int(bitPattern: start) & (page - 1)) & (page - 1)
            // SAFETY: whole pages of the caller's memory; what they hold stays. A system without large pages refuses.
            _ = unsafe madvise(start.advanced(by: skipped), (byteCount - skipped) & ~(page - 1), MADV_HUGEPAGE)
        #endif
    }
}
