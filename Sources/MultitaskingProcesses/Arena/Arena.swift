import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

/// The memory that the client, the supervisor and all workers share: one anonymous file, mapped by everybody.
final class ArenaMapping: Sendable {
    /// What is in it. Valid while this object lives.
    let arena: Arena
    let descriptor: Int32

    /// What the system has refused on the way to an arena.
    struct Refused: Error {
        let refusal: Refusal
        /// Whether it may give less.
        let maySucceedSmaller: Bool

        var error: MultitaskingError { refusal.error("make shared memory") }
    }

    private init(descriptor: Int32, layout: ArenaLayout) throws(Refused) {
        let address = unsafe mmap(
            nil, layout.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0)
        guard unsafe address != MAP_FAILED, let address = unsafe address else {
            throw Refused(refusal: Refusal(.map, errno), maySucceedSmaller: true)
        }
        self.descriptor = descriptor
        arena = unsafe Arena(base: address, layout: layout)
    }

    deinit {
        arena.unmap()
        close(descriptor)
    }

    /// Makes a new arena.
    static func create(_ layout: ArenaLayout) throws(Refused) -> ArenaMapping {
        // Asked first: whoever goes beyond it is ended by a signal, SIGXFSZ.
        if let limit = ResourceLimit.fileSize.current, layout.size > limit {
            throw Refused(refusal: Refusal(.sizeFile, EFBIG), maySucceedSmaller: true)
        }
        let descriptor = unsafe mt_memfd_create("swift-multitasking")
        guard descriptor >= 0 else {
            throw Refused(refusal: Refusal(.createMemfd, -descriptor), maySucceedSmaller: false)
        }
        guard ftruncate(descriptor, layout.size) == 0 else {
            let code = errno
            close(descriptor)
            throw Refused(refusal: Refusal(.sizeFile, code), maySucceedSmaller: true)
        }
        // A task that truncates the file would kill the client at its next look at it.
        let seal = mt_seal_size(descriptor)
        guard seal == 0 else {
            close(descriptor)
            throw Refused(refusal: Refusal(.sealFile, -seal), maySucceedSmaller: false)
        }
        let mapping: ArenaMapping
        do { mapping = try ArenaMapping(descriptor: descriptor, layout: layout) } catch {
            close(descriptor)
            throw error
        }
        let arena = mapping.arena
        arena.header(ArenaLayout.Header.workers).store(UInt64(layout.workers))
        arena.header(ArenaLayout.Header.slotCapacity).store(UInt64(layout.slotCapacity))
        arena.header(ArenaLayout.Header.chunkCount).store(UInt64(layout.chunkCount))
        arena.header(ArenaLayout.Header.magic).store(ArenaLayout.magic)
        return mapping
    }

    /// Maps the arena that a descriptor inherited from the client leads to.
    static func attach(_ descriptor: Int32, _ layout: ArenaLayout) throws -> ArenaMapping {
        try ArenaMapping(descriptor: descriptor, layout: layout)
    }
}

/// What is in the shared memory, addressed by offset, because a re-executed worker maps it somewhere else.
///
/// It is a plain value, so that passing it on costs no reference counting; whoever keeps one keeps the mapping too.
@safe
struct Arena: @unchecked Sendable {
    // SAFETY: all that outlives a call holds the `ArenaMapping`: `Membership` in every process, and through it
    // channels, signals and futures. All words are reached through `SharedWord` and `SharedFutex` (atomic); plain bytes
    // are written by the one owner of a block or slot before it is published, and copied, never trusted, by its reader.
    private let base: UnsafeMutableRawPointer
    let layout: ArenaLayout

    @unsafe
    fileprivate init(base: UnsafeMutableRawPointer, layout: ArenaLayout) {
        unsafe self.base = base
        self.layout = layout
    }

    fileprivate func unmap() { unsafe munmap(base, layout.size) }

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

    /// A word of the header.
    @inline(__always)
    func header(_ offset: Int) -> SharedWord { word(offset) }

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

extension MultitaskingError {
    /// What the operating system said, what was attempted, and what to do.
    static func system(_ code: Int32, _ attempt: String, advice: String) -> Self {
        let text = unsafe String(cString: strerror(code))
        let kind: Code = code == EPERM || code == EACCES ? .permissionDenied : .systemError
        return Self(kind, "could not \(attempt): \(text) (errno \(code)); \(advice)")
    }
}
