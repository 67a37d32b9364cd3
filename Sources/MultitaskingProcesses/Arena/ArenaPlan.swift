import Glibc
import MultitaskingCore
import MultitaskingSystem

/// How large a pool's shared memory is to be: what was asked for, as far as this process may use it.
struct ArenaPlan {
    private let workers: Int
    /// What the caller wants for payloads, in bytes; nil if it leaves that to us.
    private let asked: Int?
    private let memory: Int
    /// What no mapping may exceed, in bytes; nil if nothing does.
    private let room: Int?

    /// - Parameters:
    ///   - asked: how many bytes payloads may take up; nil for half of the memory that this process may use.
    ///   - resources: what this process may use.
    ///   - fileSize: the longest file it may make: shared memory is one.
    ///   - addressSpace: how many more addresses it may use.
    init(
        workers: Int, asked: Int?, resources: UsableResources = .current,
        fileSize: Int? = ResourceLimit.fileSize.current, addressSpace: Int? = ResourceLimit.addressSpaceLeft
    ) {
        self.workers = workers
        self.asked = asked
        memory = resources.memory.number
        // The workers' stacks and what they load take addresses, too.
        room = [fileSize, addressSpace.map { $0 / 2 }].compactMap(\.self).min()
    }

    /// The most tasks that may be unfinished, and the fewest that make a pool worth having.
    static let mostSlots = 1 << 22
    static let fewestSlots = 1 << 14
    /// The fewest bytes that are taken for payloads if nobody says how many.
    static let leastPayload = 16 << 20

    /// The layout to begin with.
    var first: ArenaLayout {
        var slots = Self.mostSlots
        // Slots that are used are memory like payloads: they must not take what is meant for those.
        while slots > Self.fewestSlots, slots * ArenaLayout.bytesPerSlot > min(memory, room ?? .max) / 4 { slots /= 2 }
        if let asked { return fitted(slots: slots, chunks: asked / ArenaLayout.chunkSize) }
        let half = min(memory / 2, 1 << 40) / ArenaLayout.chunkSize
        return fitted(slots: slots, chunks: max(Self.leastPayload / ArenaLayout.chunkSize, half))
    }

    /// Fewer slots, then fewer chunks unless their number was asked for, until there is room.
    private func fitted(slots: Int, chunks: Int) -> ArenaLayout {
        var layout = ArenaLayout(workers: workers, slotCapacity: slots, chunkCount: chunks)
        guard let room else { return layout }
        while layout.size > room, layout.slotCapacity > Self.fewestSlots, asked != nil {
            layout = layout.with(slots: layout.slotCapacity / 2)
        }
        let excess = layout.size - room
        if excess > 0, asked == nil {
            let surplus = (excess + ArenaLayout.chunkSize - 1) / ArenaLayout.chunkSize
            layout = layout.with(chunks: max(Self.leastPayload / ArenaLayout.chunkSize, chunks - surplus))
        }
        // The least payload is left, and there is still too much.
        while layout.size > room, layout.slotCapacity > Self.fewestSlots {
            layout = layout.with(slots: layout.slotCapacity / 2)
        }
        return layout
    }

    /// What to try when the system has refused a layout; nil if there is nothing smaller.
    func smaller(than layout: ArenaLayout) -> ArenaLayout? {
        if layout.slotCapacity > Self.fewestSlots {
            let next = layout.with(slots: layout.slotCapacity / 2)
            return asked == nil ? next.with(chunks: max(Self.leastChunks, layout.chunkCount / 2)) : next
        }
        guard asked == nil, layout.chunkCount > Self.leastChunks else { return nil }
        return layout.with(chunks: max(Self.leastChunks, layout.chunkCount / 2))
    }

    private static let leastChunks = leastPayload / ArenaLayout.chunkSize

    /// Makes the arena, trying smaller ones while the system refuses.
    ///
    /// - Throws: `systemError` or `permissionDenied`, with the limit that stands in the way of the smallest.
    func makeArena() throws -> ArenaMapping {
        var layout = first
        while true {
            do throws(ArenaMapping.Refused) {
                return try ArenaMapping.create(layout)
            } catch {
                guard error.maySucceedSmaller, let next = smaller(than: layout) else { throw explain(error, layout) }
                layout = next
            }
        }
    }

    private func explain(_ refused: ArenaMapping.Refused, _ layout: ArenaLayout) -> MultitaskingError {
        let isAsked = asked.map { $0 > Self.leastPayload } ?? false
        return refused.refusal.error(
            "make \(layout.size >> 20) MiB of shared memory",
            or: refused.maySucceedSmaller && isAsked
                ? "give a smaller arenaLimit than \(asked ?? 0)" : nil)
    }
}

extension ArenaLayout {
    /// What one unfinished task takes, without its payloads.
    static let bytesPerSlot = slotStride + slotBodyStride + taskControlStride + 2 * 8

    fileprivate func with(slots: Int? = nil, chunks: Int? = nil) -> ArenaLayout {
        ArenaLayout(workers: workers, slotCapacity: slots ?? slotCapacity, chunkCount: chunks ?? chunkCount)
    }
}
