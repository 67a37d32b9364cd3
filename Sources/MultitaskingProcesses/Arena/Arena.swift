import CMultitaskingLinux
import Glibc

/// What is in the shared memory, addressed by offset, because a re-executed worker maps it somewhere else.
///
/// It is a plain value, so that passing it on costs no reference counting; a process that keeps one keeps the mapping
/// too.
@safe
struct Arena: @unchecked Sendable {
    // SAFETY: all that outlives a call holds the `ArenaMapping`: `LocalMember` in every process, and through it
    // channels, signals and futures. All words are reached through `SharedWord` and `SharedFutex` (atomic); plain bytes
    // are written by the one owner of a block or slot before it is published, and copied, never trusted, by its reader.
    private let base: UnsafeMutableRawPointer
    // SAFETY: in this process's own memory, written once, and freed with the mapping.
    private let places: UnsafePointer<ArenaLayout>

    /// Behind a pointer, because copies of this value are all over the hot paths.
    @inline(__always) var layout: ArenaLayout { unsafe places.pointee }

    /// Whether both are the memory of one pool.
    static func === (first: Arena, second: Arena) -> Bool { unsafe first.base == second.base }

    @unsafe
    init(base: UnsafeMutableRawPointer, layout: ArenaLayout) {
        let places = UnsafeMutablePointer<ArenaLayout>.allocate(capacity: 1)
        unsafe places.initialize(to: layout)
        unsafe self.base = base
        unsafe self.places = UnsafePointer(places)
    }

    func unmap() {
        unsafe munmap(base, layout.size)
        unsafe places.deallocate()
    }

    /// The word at an offset, which must be inside the arena and a multiple of 8.
    @inline(__always)
    func word(_ offset: Int) -> SharedWord {
        assert(offset >= 0 && offset & 7 == 0 && offset + 8 <= layout.size)
        return unsafe SharedWord(base + offset)
    }

    /// Fetches the cache line at an offset inside the arena, which this process will write to soon.
    @inline(__always)
    func prefetch(_ offset: Int) { unsafe mt_prefetch_write(base + offset) }

    /// The futex word at an offset, which must be inside the arena and a multiple of 4.
    @inline(__always)
    func futex(_ offset: Int) -> SharedFutex {
        assert(offset >= 0 && offset & 3 == 0 && offset + 4 <= layout.size)
        return unsafe SharedFutex(base + offset)
    }

    /// Runs `body` with the bytes at an offset, which must be inside the arena.
    @inline(__always)
    func withBytes<Result>(
        at offset: Int, count: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        assert(offset >= 0 && count >= 0 && offset <= layout.size - count)
        return unsafe try body(UnsafeMutableRawBufferPointer(start: base + offset, count: count))
    }

    /// Gives the pages of whole chunks back to the system.
    func discard(_ offset: Int, count: Int) { _ = unsafe mt_discard(base + offset, count) }
}

extension Arena {
    /// How many workers there are to be, of all that there is room for.
    @inline(__always)
    var workerTarget: Int {
        let target = header.workerTarget.loadRelaxed()
        return target &- 1 < UInt64(layout.workers) ? Int(target) : layout.workers
    }
}
