import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

extension SharedValues {
    /// Shares a value; only the client does this.
    ///
    /// - Parameters:
    ///   - inner: the values inside of it.
    ///   - decoded: the value, where it is kept beside its bytes.
    ///   - write: writes the value to the place that it is given in the arena's file.
    func share(
        byteCount: Int, leadingTo inner: [UInt64] = [], decoded: (any Sendable)? = nil,
        _ write: (_ offset: Int) throws -> Void
    ) throws -> ProcessSharedMemory {
        let (record, serial) = try table.reserve()
        do {
            let range = try state.withLock { try takeRange(byteCount, record, serial, &$0) }
            record.start.store(UInt64(range.lowerBound))
            record.byteCount.store(UInt64(byteCount))
            try write(range.lowerBound)
            try Passage(mapping.arena).add(inner, inside: record.reference(serial: serial), by: member)
            let view = try SharedView(mapping, range.lowerBound, byteCount, inBlock: false, member: member)
            return publish(record, serial, view, decoded)
        } catch {
            table.giveUp(record, serial: serial)
            throw error
        }
    }

    private func takeRange(
        _ byteCount: Int, _ record: SharedRecord, _ serial: UInt64, _ state: inout State
    ) throws -> Range<Int> {
        if state.ranges.isSweepDue { sweepRanges(&state) }
        do { try checkMemory(byteCount, state) } catch {
            sweepRanges(&state)
            try checkMemory(byteCount, state)
        }
        // Asked first: a process that goes beyond it is ended by a signal, SIGXFSZ.
        let end = min(mapping.sharedRoom.upperBound, ResourceLimit.fileSize.current ?? .max)
        let room = min(mapping.sharedRoom.lowerBound, end)..<end
        if let range = state.ranges.append(byteCount, in: room, record, serial) { return range }
        sweepRanges(&state)
        if let range = state.ranges.insert(byteCount, in: room, record, serial) { return range }
        throw Refusal(.sizeFile, EFBIG).error(
            "share \(byteCount) bytes", or: "make the pool with a smaller arenaLimit")
    }

    /// Forgets the ranges of values that are gone.
    private func sweepRanges(_ state: inout State) {
        let entries = state.entries
        state.ranges.removeAll { place in
            let entry = entries[place.record.index]
            // What the client has a handle of is there, whatever a task has written to the table.
            let isHeld = entry?.serial == place.serial && entry?.token != 0
            let word = place.record.word.load()
            return !isHeld && (word.serial != place.serial || word.state == .free)
        }
    }

    private func checkMemory(_ byteCount: Int, _ state: State) throws {
        let used = state.ranges.byteCount
        let memory = UsableResources.current.memory
        guard byteCount > memory.number - min(used, memory.number) else { return }
        throw MultitaskingError(
            .arenaLimitReached,
            """
            \(byteCount) bytes are to be shared and \(used) are already, which is more than the \(memory.number) bytes \
            that there are (\(memory.source)); release some first, or map a file
            """)
    }

    /// Makes a value in the arena, for one that a task returns or sends.
    ///
    /// - Parameter body: fills the memory, which holds whatever was there.
    func make(
        byteCount: Int, journal: Journal, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> ProcessSharedMemory {
        guard byteCount <= mapping.arena.layout.payloadLimit else {
            throw MultitaskingError(
                .arenaLimitReached, "\(byteCount) bytes are more than the pool's arenaLimit; make it larger")
        }
        let (record, serial) = try table.reserve()
        do {
            let block = try journal.withEntry { journal in
                // At least a page, so that it can be mapped by itself.
                let block = try heap.allocate(max(4096, byteCount), journal: journal)
                record.start.store(UInt64(block.offset))
                record.byteCount.store(UInt64(byteCount))
                // From here on recovery finds it in the table.
                record.block.store(block)
                journal.clear()
                return block
            }
            try unsafe mapping.arena.withBytes(at: block.offset, count: byteCount, body)
            let view = try SharedView(mapping, block.offset, byteCount, inBlock: true, member: member)
            return publish(record, serial, view, nil)
        } catch {
            table.giveUp(record, serial: serial)
            throw error
        }
    }

    private func publish(
        _ record: SharedRecord, _ serial: UInt64, _ view: SharedView, _ decoded: (any Sendable)?
    ) -> ProcessSharedMemory {
        let installed = state.withLock { state in
            // Under the lock: a former value's last handle may just be going.
            table.publish(record, serial: serial)
            return install(record, serial, view, decoded: decoded, &state)
        }
        return installed.memory
    }
}
