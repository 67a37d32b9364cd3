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

    // MARK: Members

    /// The member number of the client; it never dies without the whole pool going down.
    static let client = 0
    /// The most members an owner field of 10 bits can name: client, workers, copy-on-write children.
    static let memberLimit = 1024
    /// The most workers a pool can have; the rest of the members are copy-on-write children.
    static let workerLimit = 512
    /// How many copy-on-write tasks may be unfinished at the same time.
    static let copyLimit = 64
    /// The member that holds a task between two attempts: the supervisor.
    static let supervisor = memberLimit - 1
    static let memberStride = 1024
    static let memberTable = 1 << 16

    // MARK: Output

    static let outputStride = 4 * 4096
    static let outputTable = memberTable + memberLimit * memberStride

    // MARK: Crashes

    static let crashStride = 4096
    static let crashTable = outputTable + memberLimit * outputStride

    // MARK: Functions

    static let functionLimit = 8192
    static let functionStride = 64
    static let functionTable = crashTable + memberLimit * crashStride
    static let functionNames = functionTable + functionLimit * functionStride
    static let functionNamesSize = 8 << 20

    // MARK: Signals and channels

    static let signalLimit = 1 << 17
    static let signalStride = 64
    static let signalTable = functionNames + functionNamesSize
    static let channelLimit = 1 << 17
    static let channelStride = 512
    static let channelTable = signalTable + signalLimit * signalStride

    // MARK: Tasks

    /// What a task's processes hand to each other lies in one cache line; the rest of its slot is in a table of its
    /// own.
    static let slotStride = 64
    static let slotTable = channelTable + channelLimit * channelStride
    static let slotBodyStride = 168
    var slotBodies: Int { Self.slotTable + slotCapacity * Self.slotStride }
    var jobRing: Int { slotBodies + slotCapacity * Self.slotBodyStride }
    var retryRing: Int { jobRing + slotCapacity * 8 }

    // MARK: Blocks

    /// The unit in which blocks take memory.
    static let chunkSize = 1 << 20
    /// The smallest block.
    static let smallestBlock = 256
    static let headersPerChunk = chunkSize / smallestBlock
    var chunkTable: Int { retryRing + slotCapacity * 8 }
    var blockHeaders: Int { chunkTable + chunkCount * 8 }
    var chunks: Int {
        let end = blockHeaders + chunkCount * Self.headersPerChunk * 8
        // Aligned so that the system may use huge pages.
        return (end + (2 << 20) - 1) & ~((2 << 20) - 1)
    }
    /// The most bytes of one argument list, result or message, before it is compressed; what becomes more is refused by
    /// its writer and its reader.
    var payloadLimit: Int { chunkCount * Self.chunkSize }
    var size: Int { chunks + chunkCount * Self.chunkSize }

    // MARK: Header

    /// What stands for the supervisor's process id once it has ended because there is nothing left to do.
    static let supervisorHasEnded = UInt64.max

    static let magic: UInt64 = 0x4d54_4152_454e_4131  // "MTARENA1"

    /// The words of the header, each on a cache line of its own where it is written often.
    enum Header {
        static let magic = 0
        static let workers = 8
        static let slotCapacity = 16
        static let chunkCount = 24
        static let clientPid = 32
        static let initializer = 40
        static let compression = 48
        static let warmLimit = 56

        static let jobTail = 256
        static let jobHead = 384
        static let retryTail = 512
        static let retryHead = 640
        static let idleWorkers = 768  // 16 words: two bits a worker
        static let phase = 896
        static let event = 1024
        static let functionCount = 1280
        static let supervisorPid = 1408
        static let startFailures = 1424
        static let workerDeaths = 1432
        static let channelCount = 1440
        static let slotCount = 1448
        /// How many of the members for copies were ever used, the first ones.
        static let copyCount = 1456
        static let warmChunks = 1536
        static let usedChunks = 1544
        /// No chunk from this one on was ever taken.
        static let chunkEnd = 1552
        static let failureLength = 1608
        /// What kind of error the text below is; see `PoolPhase.Cause`.
        static let failureCause = 1616
        /// 1 when the client is to log the text below, 2 when it has.
        static let failureNotice = 1624
        /// How many of the pool's processes may spin at the same time, as the client has found out.
        static let spinningCores = 1632
        static let failureText = 1664
        static let failureCapacity = 2048
        static let limits = 4096  // 16 words; see `LimitsRecord`
        /// Set when tasks wait for a worker that does not exist yet.
        static let growth = 4352
        /// How many workers do not exist at the moment.
        static let absentWorkers = 4480
        /// Set while the supervisor looks at the workers' memory.
        static let memoryWatch = 4608
        /// How long an interrupted pool has to end, in nanoseconds.
        static let interruptGrace = 4736
        /// When an interrupted pool must have ended, in nanoseconds of CLOCK_MONOTONIC; 0 if it was not interrupted.
        static let interruptDeadline = 4744
        /// What becomes of the backtraces of processes that crash; see `Backtraces`.
        static let backtraces = 4752
    }
}
