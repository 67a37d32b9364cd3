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
        do { return try ArenaMapping(descriptor: descriptor, layout: layout) } catch {
            close(descriptor)
            throw error
        }
    }

    /// Maps the arena that a descriptor inherited from the client leads to.
    static func attach(_ descriptor: Int32, _ layout: ArenaLayout) throws -> ArenaMapping {
        try ArenaMapping(descriptor: descriptor, layout: layout)
    }
}
