import CMultitaskingLinux
import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem
import Synchronization

/// The shared values that this process has handles of, or keeps something of for later tasks.
final class SharedValues: SharedHome {
    let mapping: ArenaMapping
    let member: Int
    let heap: Heap
    private let generation = ForkGeneration.begin()
    let state = Mutex(State())

    struct State {
        /// By their places in the table.
        var entries: [Int: Entry] = [:]
        var lastToken: UInt64 = 0
        /// Where the client has put values behind the arena.
        var ranges = SharedRanges()
    }

    struct Entry {
        let serial: UInt64
        /// What handles refer to; nil if there is none. A process that takes it out must not be the last to hold it
        /// while the lock is held.
        weak var memory: ProcessSharedMemory?
        /// Which object that is, even while it is being freed; 0 if there is none.
        var token: UInt64
        /// Kept by a worker, so that its next task does not have every page looked up again.
        let view: SharedView?
        /// What the bytes were decoded to.
        var decoded: (any Sendable)?
    }

    init(_ mapping: ArenaMapping, member: Int, heap: Heap) {
        self.mapping = mapping
        self.member = member
        self.heap = heap
    }

    var table: SharedTable { SharedTable(mapping: mapping, member: member, heap: heap) }
    private var isClient: Bool { member == ArenaLayout.client }
    /// Whether this process is a copy of the client, which has inherited handles that nobody counts.
    private var isForked: Bool { member > mapping.arena.layout.workers }

    /// A number of the pool that no other pool of the machine has.
    private var identity: UInt64 { max(1, mt_file_number(mapping.descriptor)) }

    func reference(to object: any SharedObject, type: UInt64) throws -> SharedReference {
        switch object {
        case let memory as ProcessSharedMemory where memory.home.mapping === mapping:
            return SharedReference(home: identity, object: SharedObjectID(rawValue: memory.name), type: type)
        case let file as SharedFileMapping:
            return SharedReference(file: file.file, type: type)
        default:
            throw MultitaskingError.sharedElsewhere
        }
    }

    // MARK: Finding

    /// The value behind a reference.
    ///
    /// - Throws: `noSuchObject`; `systemError` if there are no addresses for it.
    func memory(_ reference: SharedReference) throws -> ProcessSharedMemory {
        guard reference.home == identity else { throw MultitaskingError.sharedElsewhere }
        let (record, serial) = SharedRecord.find(reference.object.rawValue, in: mapping.arena)
        guard serial > 0 else { throw MultitaskingError.noSharedValue }
        let installed = try state.withLock { state in
            let entry = state.entries[record.index]
            if let memory = entry?.memory { return Installed(memory: memory, former: nil) }
            // Under the lock, so that nobody here lets go of it in between.
            do {
                guard table.hold(record, serial: serial) else { throw MultitaskingError.noSharedValue }
                let known = entry?.serial == serial ? entry?.view : nil
                return install(record, serial, try known ?? view(of: record), decoded: nil, &state)
            } catch {
                // A copy may have inherited what is there by now.
                if !isForked { record.letGo(by: member) }
                // Somebody who has let go of what is there by now may have seen this handle, and left it to this call.
                table.freeIfUnused(record)
                throw error
            }
        }
        // Its handle keeps any other value from coming to its place.
        guard installed.memory.name == reference.object.rawValue else { throw MultitaskingError.noSharedValue }
        return installed.memory
    }

    private func view(of record: SharedRecord) throws -> SharedView {
        // Each word is read once: what is checked is what is used.
        let offset = Int(clamping: record.start.load())
        let byteCount = Int(clamping: record.byteCount.load())
        let block = record.block.load()
        let isInBlock =
            !block.isNone && block.offset == offset && byteCount <= mapping.arena.locate(block)?.capacity ?? -1
        guard offset & 4095 == 0, isInBlock || mapping.holds(offset, byteCount) else {
            throw MultitaskingError.memoryDamaged("a shared value cannot be found in it")
        }
        return try SharedView(mapping, offset, byteCount, inBlock: isInBlock, member: member)
    }

    /// An object that handles refer to, and what was known of its place before, which is to go outside of the lock.
    struct Installed {
        let memory: ProcessSharedMemory
        let former: Entry?
    }

    /// Makes the object that handles refer to; this member holds the value.
    func install(
        _ record: SharedRecord, _ serial: UInt64, _ view: SharedView, decoded: (any Sendable)?, _ state: inout State
    ) -> Installed {
        state.lastToken += 1
        let memory = ProcessSharedMemory(
            home: self, name: record.reference(serial: serial), token: state.lastToken, view)
        // What lies in a block is seldom used twice by one process.
        let keeps = !isClient && record.block.load().isNone
        if keeps { record.keep(by: member) }
        let former = state.entries[record.index]
        state.entries[record.index] = Entry(
            serial: serial, memory: memory, token: state.lastToken, view: keeps ? view : nil,
            decoded: decoded ?? (former?.serial == serial ? former?.decoded : nil))
        return Installed(memory: memory, former: former)
    }

    /// What a value's bytes stand for: decoded the first time, and kept until the value is gone.
    func value<Value: Portable>(
        of memory: ProcessSharedMemory, as type: Value.Type, in environment: any TaskEnvironment
    ) throws -> Value {
        let index = SharedRecord.find(memory.name, in: mapping.arena).record.index
        if let known = state.withLock({ $0.entries[index]?.decoded }) {
            guard let value = known as? Value else {
                throw MultitaskingError(.wrongType, "the shared value was decoded as another type before")
            }
            return value
        }
        // SAFETY: the reader is gone before the memory, which the caller holds.
        let value = try unsafe PayloadReader(memory.bytes, environment: environment).decode(type)
        state.withLock { state in
            guard state.entries[index]?.token == memory.token, state.entries[index]?.decoded == nil else { return }
            state.entries[index]?.decoded = value
        }
        return value
    }

    // MARK: Letting go

    /// Frees a block, and the values that only it led to.
    ///
    /// If the process dies in between, recovery looks after the values.
    func free(_ block: BlockReference) {
        let values = Passage(mapping.arena).values(in: block)
        heap.free(block)
        table.freeUnused(values)
    }

    /// The last handle of a value in this process is gone.
    func release(_ name: UInt64, token: UInt64) {
        // What a forked process inherits is its parent's.
        guard generation == ForkGeneration.current else { return }
        let (record, _) = SharedRecord.find(name, in: mapping.arena)
        let (isLast, former) = state.withLock { state -> (Bool, Entry?) in
            guard var entry = state.entries[record.index], entry.token == token else { return (false, nil) }
            if !isForked { record.letGo(by: member) }
            entry.token = 0
            let keeps = !isClient && (entry.view != nil || entry.decoded != nil)
            state.entries[record.index] = keeps ? entry : nil
            return (true, entry)
        }
        withExtendedLifetime(former) {}
        if isLast { table.freeIfUnused(record) }
    }

    /// Makes a copy that is about to be forked hold everything that this process holds, until the copy has ended.
    func holdAll(by copy: Int) {
        state.withLock { state in
            for (index, entry) in state.entries where entry.token != 0 {
                SharedRecord(arena: mapping.arena, index: index).hold(by: copy)
            }
        }
    }

    /// Takes that back for a copy that is not there.
    func letGoAll(by copy: Int) {
        for index in 0..<table.count { SharedRecord(arena: mapping.arena, index: index).letGo(by: copy) }
        table.sweep()
    }

    /// Forgets what is kept of values that are gone.
    func forget() {
        let gone = state.withLock { state in
            let gone = state.entries.filter { index, entry in
                guard entry.token == 0 else { return false }
                let word = SharedRecord(arena: mapping.arena, index: index).word.load()
                return word.serial != entry.serial || word.state == .free || word.state == .freeing
            }
            for index in gone.keys { state.entries[index] = nil }
            return gone
        }
        // Outside of the lock: what was decoded may have handles itself.
        withExtendedLifetime(gone) {}
    }
}
