import CMultitaskingLinux

/// The last that a member has printed, in shared memory, so that it is there when the member is not.
///
/// What was written is in a ring; what stdio has buffered and not written is in the buffer itself, which lies here too.
struct OutputLog: Record {
    enum Field: Int, RecordField {
        case position = 0
        case start = 8
        case ring = 64
        case pending = 12288
        case lines = 16384

        var size: Int {
            switch self {
            case .position, .start: 8
            // More than is kept, because behind the message of a trap Swift may print a long stack trace.
            case .ring: Field.pending.rawValue - rawValue
            case .pending: Field.lines.rawValue - rawValue
            case .lines: 2 * OutputLog.lineSize
            }
        }
    }

    static let size = ArenaLayout.outputStride

    /// How much is kept of it for the failure of a task.
    static let lineLimit = 20
    static let byteLimit = 4096

    /// Room for a line that is put together, with what it begins with: a pipe takes so much in one piece.
    static let lineSize = 4096

    private static let ringSize = Field.ring.size

    let arena: Arena
    let offset: Int

    init(arena: Arena, member: Int) {
        self.arena = arena
        offset = ArenaLayout.outputTable + member * Self.size
    }

    /// How many bytes were ever written.
    private var position: SharedWord { word(.position) }
    /// The position when the task began.
    private var start: SharedWord { word(.start) }

    /// Copies everything that this process prints from now on to here; right after a fork, while it has one thread.
    func capture() {
        unsafe arena.withBytes(at: offset, count: Self.size) { bytes in
            guard let address = bytes.baseAddress else { return }
            unsafe mt_capture_output(
                mt_output_log(
                    position: address.assumingMemoryBound(to: UInt64.self),
                    ring: (address + Field.ring.rawValue).assumingMemoryBound(to: CChar.self), ring_size: Self.ringSize,
                    pending: (address + Field.pending.rawValue).assumingMemoryBound(to: CChar.self),
                    pending_size: Field.pending.size,
                    lines: (address + Field.lines.rawValue).assumingMemoryBound(to: CChar.self),
                    line_size: Self.lineSize))
        }
        begin()
    }

    /// Forgets what was printed so far: it belongs to another task.
    @inline(__always)
    func begin() { start.storeRelaxed(position.loadRelaxed()) }

    /// What was printed since the last `begin`, as much of it as there is.
    var tail: [UInt8] {
        let end = position.load()
        // The member may have written anything here, so nothing is believed that would not fit.
        let count = Int(clamping: min(end &- start.load(), UInt64(Self.ringSize)))
        var tail = [UInt8](repeating: 0, count: count)
        unsafe arena.withBytes(at: offset(of: .ring), count: Self.ringSize) { ring in
            for index in tail.indices {
                unsafe tail[index] = ring[Int((end &- UInt64(count - index)) % UInt64(Self.ringSize))]
            }
        }
        // What comes before is worth more than the stack trace, which is there for others to read.
        let trace = Array("\nCurrent stack trace:\n".utf8)
        if let range = tail.firstRange(of: trace) { tail.removeSubrange(range.lowerBound + 1..<tail.endIndex) }
        return (tail + pendingBytes).suffix(Self.byteLimit)
    }

    /// What stdio has buffered, and not written.
    var pendingBytes: [UInt8] {
        unsafe arena.withBytes(at: offset(of: .pending), count: Field.pending.size) { pending in
            unsafe pending.prefix { $0 != 0 }
        }.map(\.self)
    }

    /// The last lines of what `tail` gave.
    static func lines(_ tail: some Sequence<UInt8>) -> [String] {
        let text = String(decoding: tail.lazy.filter { $0 != 0 && $0 != 13 }, as: UTF8.self)
        return text.split(separator: "\n").suffix(lineLimit).map(String.init)
    }
}
