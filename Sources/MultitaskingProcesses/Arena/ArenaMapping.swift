import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

/// The memory that the client, the supervisor and all workers share: one anonymous file, mapped by everybody.
final class ArenaMapping: Sendable {
    /// What is in it. Valid while this object lives.
    let arena: Arena
    /// The file behind it.
    private let file: Descriptor
    var descriptor: Int32 { file.number }
    private let identity: FileIdentity
    /// Whether the descriptor still leads to the file. A program may close descriptors that it hasn't opened
    /// (`closefrom`), and others then get their numbers.
    var hasDescriptor: Bool { FileIdentity(of: file.number) == identity }
    /// Where shared values lie in the file: behind the arena, so that a process maps only those that it uses.
    let sharedRoom: Range<Int>

    /// What the system has refused on the way to an arena.
    struct Refused: Error {
        let refusal: Refusal
        /// Whether it may give less.
        let maySucceedSmaller: Bool

        var error: MultitaskingError { refusal.error("make shared memory") }
    }

    private init(_ file: consuming Descriptor, layout: ArenaLayout) throws(Refused) {
        guard let identity = FileIdentity(of: file.number) else {
            throw Refused(refusal: Refusal(.map, errno), maySucceedSmaller: false)
        }
        guard let address = unsafe mt_map_shared(file.number, layout.size) else {
            throw Refused(refusal: Refusal(.map, errno), maySucceedSmaller: true)
        }
        // A core dump would contain all of it, and take memory for each page that nobody has written to.
        _ = unsafe madvise(address, layout.size, MADV_DONTDUMP)
        let start = ArenaLayout.sharedStart(behind: layout.size)
        sharedRoom = start..<max(start, Int(mt_file_size(file.number)))
        self.identity = identity
        self.file = file
        arena = unsafe Arena(base: address, layout: layout)
    }

    deinit {
        arena.unmap()
    }

    /// Makes a new arena.
    static func create(_ layout: ArenaLayout) throws(Refused) -> ArenaMapping {
        // Asked first: a process that goes beyond it is ended by a signal, SIGXFSZ.
        if let limit = ResourceLimit.fileSize.current, layout.size > limit {
            throw Refused(refusal: Refusal(.sizeFile, EFBIG), maySucceedSmaller: true)
        }
        let result = unsafe mt_memfd_create("swift-multitasking")
        guard let file = Descriptor(result) else {
            throw Refused(refusal: Refusal(.createMemfd, -result), maySucceedSmaller: false)
        }
        // The file has no more pages than are written to, so its length costs nothing.
        let length = min(
            ArenaLayout.sharedStart(behind: layout.size) + ArenaLayout.sharedSpace,
            max(layout.size, ResourceLimit.fileSize.current ?? .max))
        guard ftruncate(file.number, length) == 0 || ftruncate(file.number, layout.size) == 0 else {
            throw Refused(refusal: Refusal(.sizeFile, errno), maySucceedSmaller: true)
        }
        // A task that truncates the file would kill the client at its next look at it.
        let seal = mt_seal_size(file.number)
        guard seal == 0 else {
            throw Refused(refusal: Refusal(.sealFile, -seal), maySucceedSmaller: false)
        }
        return try ArenaMapping(file, layout: layout)
    }

    // MARK: Shared values

    /// Whether a shared value may lie there.
    func holds(_ offset: Int, _ byteCount: Int) -> Bool {
        byteCount >= 0 && offset >= sharedRoom.lowerBound && offset <= sharedRoom.upperBound - byteCount
    }

    /// Writes to where a shared value is to be, whose pages need not be mapped for it.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Refusal) {
        guard hasDescriptor else { throw Refusal(.writeFile, EBADF) }
        var written = 0
        while written < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Refusal(.writeFile, count < 0 ? errno : ENOSPC) }
            written += count
        }
    }

    /// Gives the pages of a shared value back, whichever process maps them.
    func discard(_ offset: Int, _ byteCount: Int) {
        let pages = (byteCount + 4095) & ~4095
        if pages > 0, hasDescriptor { _ = mt_punch(descriptor, Int64(offset), Int64(pages)) }
    }

    /// Maps the arena that a descriptor inherited from the client leads to.
    static func attach(_ descriptor: Int32, _ layout: ArenaLayout) throws -> ArenaMapping {
        guard let file = Descriptor(descriptor) else {
            throw Refused(refusal: Refusal(.map, EBADF), maySucceedSmaller: false)
        }
        return try ArenaMapping(file, layout: layout)
    }
}

/// What tells an open file from all others.
private struct FileIdentity: Equatable {
    let device: UInt64
    let number: UInt64

    /// Nil if there is no such descriptor.
    init?(of descriptor: Int32) {
        var information = stat()
        // SAFETY: the call writes one structure, which outlives it.
        guard unsafe fstat(descriptor, &information) == 0 else { return nil }
        device = UInt64(information.st_dev)
        number = UInt64(information.st_ino)
    }
}
