import MultitaskingCore

/// Where everything lies in the arena, in bytes from its start.
///
/// The file behind the arena is sparse: a table that is large here costs nothing until it is used.
struct ArenaLayout: Sendable, Equatable {
    /// How many worker processes run tasks.
    let workers: Int
    /// How many tasks may be unfinished at the same time; a power of two.
    let slotCapacity: Int
    /// How many bytes payloads, results and messages may take up, in chunks.
    let chunkCount: Int

    // All other places follow from these three. They are kept, because each task and each message asks for some.

    init(workers: Int, slotCapacity: Int, chunkCount: Int) {
        self.workers = workers
        self.slotCapacity = slotCapacity
        self.chunkCount = chunkCount
        slotBodies = Self.slotTable + slotCapacity * Self.slotStride
        passageCapacity = max(1 << 16, slotCapacity)
        passageTable = slotBodies + slotCapacity * Self.slotBodyStride
        taskRing = passageTable + passageCapacity * Passage.Entry.size
        retryRing = taskRing + slotCapacity * 8
        highRing = retryRing + slotCapacity * 8
        lowRing = highRing + slotCapacity * 8
        endedTasks = lowRing + slotCapacity * 8
        endedTaskGroups = endedTasks + Self.wordsOfBits(slotCapacity) * 8
        changedObjects = endedTaskGroups + Self.wordsOfBits(Self.wordsOfBits(slotCapacity)) * 8
        changedObjectGroups = changedObjects + Self.wordsOfBits(Self.objectLimit) * 8
        allObjectsChanged = changedObjectGroups + Self.wordsOfBits(Self.wordsOfBits(Self.objectLimit)) * 8
        spanTable = (allObjectsChanged + 8 + 63) & ~63
        eventTable = spanTable + (workers + 1) * Self.spanStride
        slotNotes = eventTable + (workers + 1) * EventRing.size
        taskControls = (slotNotes + slotCapacity * Self.slotNotesStride + 63) & ~63
        chunkTable = taskControls + slotCapacity * Self.taskControlStride
        blockHeaders = chunkTable + chunkCount * 8
        // Aligned so that the system may use huge pages.
        let headersEnd = blockHeaders + chunkCount * Self.headersPerChunk * 8
        chunks = (headersEnd + (2 << 20) - 1) & ~((2 << 20) - 1)
        size = chunks + chunkCount * Self.chunkSize
    }

    // MARK: Members

    /// The member number of the client; it never dies without the whole pool going down.
    static let client = 0
    /// The most members an owner field of 10 bits can name: client, workers, copy-on-write children.
    static let memberLimit = 1024
    /// The most workers a pool can have; the rest of the members are copy-on-write children.
    static let workerLimit = 512
    /// How many copy-on-write tasks may be unfinished at the same time.
    static let forkedLimit = 64
    /// The member that holds a task between two attempts: the supervisor.
    static let supervisor = memberLimit - 1
    /// What stands for the supervisor while it has not taken such a task yet from the worker that hands it back.
    static let handedBack = memberLimit - 2
    static let memberStride = 1024
    static let memberTable = 1 << 16

    // MARK: Output

    static let outputStride = 6 * 4096
    static let outputTable = memberTable + memberLimit * memberStride

    // MARK: Crashes

    static let crashStride = 4096
    static let crashTable = outputTable + memberLimit * outputStride

    // MARK: What workers have done

    static let tallyStride = 2 * 4096
    static let tallyTable = crashTable + memberLimit * crashStride

    // MARK: Functions

    static let functionLimit = 8192
    static let functionStride = 64
    static let functionTable = tallyTable + (workerLimit + 1) * tallyStride
    static let functionNames = functionTable + functionLimit * functionStride
    static let functionNamesSize = 8 << 20

    // MARK: Signals and channels

    static let signalLimit = 1 << 17
    static let signalStride = 64
    static let signalTable = functionNames + functionNamesSize
    static let channelLimit = 1 << 17
    static let channelStride = 512
    static let channelTable = signalTable + signalLimit * signalStride
    /// How many there are of both.
    static let objectLimit = channelLimit + signalLimit

    // MARK: Calls of all workers

    /// How many calls every worker can be asked to make. Each takes a word for every worker.
    static let callLimit = 1 << 8
    static let callStride = 64 + workerLimit * 8
    static let callTable = channelTable + channelLimit * channelStride

    // MARK: Shared values

    static let sharedLimit = 1 << 14
    static let sharedTable = callTable + callLimit * callStride
    /// How many handles of shared values can be in payloads on their way: one for each task that can be unfinished.
    let passageCapacity: Int
    let passageTable: Int

    // MARK: Tasks

    /// What a task's processes hand to each other lies in one cache line; the rest of its slot is in a table of its
    /// own.
    static let slotStride = 64
    static let slotTable = sharedTable + sharedLimit * SharedRecord.size
    static let slotBodyStride = 128
    let slotBodies: Int
    let taskRing: Int
    let retryRing: Int
    let highRing: Int
    let lowRing: Int
    /// A bit for each slot, and behind them a bit for each word of these; see `EndedTasks`.
    let endedTasks: Int
    let endedTaskGroups: Int
    /// The same for each channel and signal, and a word for all of them; see `ChangedObjects`.
    let changedObjects: Int
    let changedObjectGroups: Int
    let allObjectsChanged: Int

    /// How many words hold so many bits.
    static func wordsOfBits(_ count: Int) -> Int { (count + 63) / 64 }

    // MARK: Timelines

    static let spanLimit = 2048
    static let spanStride = spanLimit * 64
    let spanTable: Int

    let eventTable: Int

    // MARK: What few tasks have

    /// See `TaskNotes`.
    let slotNotes: Int
    static let slotNotesStride = 320
    /// See `TaskControl`.
    let taskControls: Int
    static let taskControlStride = 64

    // MARK: Blocks

    /// The unit in which blocks take memory.
    static let chunkSize = 1 << 20
    /// The smallest block.
    static let smallestBlock = 256
    static let headersPerChunk = chunkSize / smallestBlock
    let chunkTable: Int
    let blockHeaders: Int
    let chunks: Int
    /// The most bytes of one argument list, result or message, before it is compressed; a longer one is refused by its
    /// writer and its reader.
    var payloadLimit: Int { chunkCount * Self.chunkSize }
    let size: Int

    /// Shared values lie behind the arena in its file, from here on.
    static func sharedStart(behind size: Int) -> Int { (size + (2 << 20) - 1) & ~((2 << 20) - 1) }
    /// How far the file extends beyond that: more than any machine's memory.
    static let sharedSpace = 1 << 46
}
