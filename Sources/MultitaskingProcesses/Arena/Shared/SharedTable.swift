import CMultitaskingLinux
import Glibc
import MultitaskingCore

/// The shared values of a pool, for one member that makes, frees and recovers them.
///
/// A value is in use while a member has a handle of it, or a payload on its way leads to it. Nothing is counted, so
/// nothing can be miscounted by a death: a process that dies has no handles, and blocks that are free lead nowhere. A
/// process that takes the last handle or frees such a block looks whether that was all, and gives the memory back.
struct SharedTable {
    let mapping: ArenaMapping
    let member: Int
    /// Of this member; nil if it has died.
    let heap: Heap?

    private var arena: Arena { mapping.arena }
    private var places: GrowingTable {
        GrowingTable(used: arena.header.sharedCount, limit: ArenaLayout.sharedLimit)
    }

    /// How many places were ever used.
    var count: Int { places.count }

    private func record(_ index: Int) -> SharedRecord { SharedRecord(arena: arena, index: index) }

    /// How many values there are.
    var liveCount: Int { (0..<count).count { record($0).word.load().state != .free } }

    // MARK: Making

    /// Takes a place for a value that this member makes.
    ///
    /// - Throws: `arenaLimitReached`.
    func reserve() throws -> (record: SharedRecord, serial: UInt64) {
        let reserved = places.claim { index in reserve(index).map { (record(index), $0) } }
        guard let reserved else {
            throw MultitaskingError(
                .arenaLimitReached, "the pool shares \(ArenaLayout.sharedLimit) values; release some first")
        }
        return reserved
    }

    private func reserve(_ index: Int) -> UInt64? {
        let record = record(index)
        let word = record.word.load()
        guard word.state == .free else { return nil }
        // 0 is nobody's.
        let serial = word.serial == 0xffff_ffff_ffff ? 1 : word.serial + 1
        let making = SharedRecordWord(.making, member: member, serial: serial)
        guard record.word.compareExchange(word, making) else { return nil }
        return serial
    }

    /// Publishes a value that this member has made, and says that it has a handle.
    func publish(_ record: SharedRecord, serial: UInt64) {
        record.hold(by: member)
        record.word.store(SharedRecordWord(.live, serial: serial))
    }

    /// Gives a place back whose value could not be made.
    func giveUp(_ record: SharedRecord, serial: UInt64) { release(record, serial: serial) }

    // MARK: Finding

    /// Says that this member has a handle of a value; false if the value is gone.
    func hold(_ record: SharedRecord, serial: UInt64) -> Bool {
        guard record.word.load().serial == serial else { return false }
        record.hold(by: member)
        // ORDERING: a process that frees a value says that it doubts it, and then looks for handles. It sees this one,
        // or this sees the doubt, and waits for its end; if the doubting process dies, recovery ends it.
        fence()
        for attempt in 0..<10_000 {
            let word = record.word.load()
            guard word.serial == serial else { return false }
            switch word.state {
            case .live: return true
            case .doubted: if attempt < 100 { mt_pause() } else { usleep(100) }
            case .free, .making, .freeing: return false
            }
        }
        return false
    }

    // MARK: Freeing

    /// Frees the values that nobody uses.
    ///
    /// - Complexity: O(values), and O(payloads on their way) for each that is freed.
    func sweep() {
        // ORDERING: what this process has let go of, for itself or a dead one, comes before the look at what payloads
        // lead to. The process that frees a payload later sees that, and takes care of its values.
        fence()
        let found = Passage(arena).values()
        for record in (0..<count).map(record) {
            let word = record.word.load()
            guard word.state == .live, !found.contains(record.reference(serial: word.serial)) else { continue }
            freeIfUnused(record)
        }
    }

    /// Frees those of some values that nobody uses.
    func freeUnused(_ names: some Sequence<UInt64>) {
        for name in names { freeIfUnused(SharedRecord.find(name, in: arena).record) }
    }

    /// Frees a value if nobody uses it, and then those that only it had inside.
    ///
    /// - Complexity: O(payloads on their way) if no member has a handle.
    func freeIfUnused(_ record: SharedRecord) {
        var records = [record]
        while let record = records.popLast() {
            guard let serial = claimIfUnused(record) else { continue }
            let inner = Passage(arena).values(inside: record.reference(serial: serial))
            release(record, serial: serial)
            records += inner.map { SharedRecord.find($0, in: arena).record }
        }
    }

    /// Claims a value that nobody uses, to free it.
    ///
    /// - Returns: its serial.
    private func claimIfUnused(_ record: SharedRecord) -> UInt64? {
        for _ in 0..<100 {
            // ORDERING: what the caller has let go of comes before the look at the doubts of others, and at what they
            // hold. Of two that let go at the same moment, one sees that the other has.
            fence()
            let word = record.word.load()
            guard word.state == .live else { return nil }
            guard isUnused(record, word.serial) else { return nil }
            let doubted = SharedRecordWord(.doubted, member: member, serial: word.serial)
            guard record.word.compareExchangeOrdered(word, doubted) else { return nil }
            fence()
            if isUnused(record, word.serial) {
                let freeing = SharedRecordWord(.freeing, member: member, serial: word.serial)
                return record.word.compareExchange(doubted, freeing) ? word.serial : nil
            }
            // Somebody who has let go of it meanwhile has seen the doubt, and left it to this call.
            guard record.word.compareExchange(doubted, word) else { return nil }
        }
        return nil
    }

    private func isUnused(_ record: SharedRecord, _ serial: UInt64) -> Bool {
        // ORDERING: handles first. A payload is published before its sender's handle goes, and its reader has a handle
        // before the payload goes.
        !record.isHeld && !Passage(arena).leads(to: record.reference(serial: serial)) && !record.isHeld
    }

    private func release(_ record: SharedRecord, serial: UInt64) {
        let block = record.block.load()
        let offset = Int(clamping: record.start.load())
        let byteCount = Int(clamping: record.byteCount.load())
        if !block.isNone {
            if let heap { heap.free(block) } else { arena.free(block, by: member) }
        } else if mapping.holds(offset, byteCount) {
            mapping.discard(offset, byteCount)
        }
        record.takeKeepers { keeper in
            guard keeper < ArenaLayout.memberLimit else { return }
            let worker = arena.member(keeper)
            worker.attention.formUnion(MemberRecord.Attention.shares)
            worker.wake()
        }
        // Before the place is free: a process that recovers its next user must not find what was given back already.
        record.block.store(.none)
        record.byteCount.store(0)
        record.start.store(0)
        record.word.store(SharedRecordWord(.free, serial: serial))
    }

    // MARK: Recovery

    /// Does away with what this member, which has died, had; may be repeated.
    func recover() {
        guard count > 0 else { return }
        Passage(arena).recover(member)
        for record in (0..<count).map(record) {
            record.letGo(by: member)
            record.forget(by: member)
            let word = record.word.load()
            guard word.member == member else { continue }
            switch word.state {
            case .making, .freeing: release(record, serial: word.serial)
            case .doubted:
                let live = SharedRecordWord(.live, serial: word.serial)
                _ = record.word.compareExchange(word, live)
            case .free, .live: break
            }
        }
        sweep()
    }
}
