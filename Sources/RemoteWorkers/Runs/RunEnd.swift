internal import CMultitaskingLinux
package import MultitaskingCore
package import MultitaskingSerialization

/// How one attempt at a task has ended, as the frame says it.
package enum RunEnd: Sendable {
    /// The call came to an end of its own; the tail is what it returned or threw.
    case call(CallEnd, FrameTail)
    /// The child has died.
    case died(WorkerFailure)
    /// The time was up; the child has died of it, or has ended the task late.
    case timedOut(WorkerFailure?)
    /// A forced cancel; likewise.
    case cancelled(WorkerFailure?)
    /// It was cancelled before it began.
    case withdrawn
    /// Nobody knows whether it ran.
    case lost(node: String?, detail: String)
    /// The memory monitor of its node has ended it.
    case outOfMemory(node: String?, detail: String)
    /// Something between host and child has failed.
    case other(String)
    /// No worker could be had, so that nothing has run.
    case unreachable(String)

    /// Whether a worker has run it, or may have.
    package var hasRun: Bool {
        switch self {
        case .withdrawn, .unreachable: false
        default: true
        }
    }

    /// Whether a call that is made in every process shall not be made in another one: it has thrown, or has ended its
    /// process.
    var refutesCall: Bool {
        switch self {
        case .call(let end, _): end != .value
        case .died, .outOfMemory: true
        case .timedOut(let failure): failure != nil
        case .cancelled, .withdrawn, .lost, .other, .unreachable: false
        }
    }

    /// Whether the process that ran it is gone.
    package var isDeath: Bool {
        switch self {
        case .call, .withdrawn, .other, .unreachable: false
        case .died, .lost, .outOfMemory: true
        case .timedOut(let failure), .cancelled(let failure): failure != nil
        }
    }
}

/// A frame that says that a run has ended.
package struct RunReport: Sendable {
    package let end: RunEnd
    /// Whether the run had begun, as far as is known.
    package let hasStarted: Bool
    /// How long it was decoded, ran, and was encoded; zero where that is not known.
    package let times: RunTimes
    /// Where it ran.
    package let place: RunPlace
    /// What the task has printed, if that was to be kept.
    package let output: [UInt8]

    /// Stands for a frame that cannot be read.
    init(damaged error: FrameError) {
        end = .other("the report of its end is damaged (\(error))")
        hasStarted = true
        times = RunTimes()
        place = RunPlace()
        output = []
    }

    /// Reads the frame.
    package init(_ frame: Frame) throws(FrameError) {
        var reader = frame.reader
        let code = try reader.next(UInt8.self)
        hasStarted = try reader.next(UInt8.self) != 0
        times = RunTimes(decoding: try reader.next(), running: try reader.next(), encoding: try reader.next())
        place = try RunPlace(&reader)
        output = Array(try reader.next(try reader.next(UInt32.self)))
        let body = try frame.tail(&reader)
        if let end = CallEnd(rawValue: code) {
            self.end = .call(end, body)
            return
        }
        var fields = ByteReader(body.array)
        switch code {
        case 3: end = .died(try WorkerFailure(&fields))
        case 4: end = .timedOut(fields.isAtEnd ? nil : try WorkerFailure(&fields))
        case 5 where !hasStarted: end = .withdrawn
        case 5: end = .cancelled(fields.isAtEnd ? nil : try WorkerFailure(&fields))
        case 6: end = .lost(node: try fields.nodeName(), detail: try fields.remainingText())
        case 7: end = .other(try fields.remainingText())
        case 8: end = .outOfMemory(node: try fields.nodeName(), detail: try fields.remainingText())
        case 9: end = .unreachable(try fields.remainingText())
        case FrameTail.tooLarge: end = .call(.failure, FrameTail(tooLarge: try fields.remainingText()))
        default: throw FrameError("a run has ended in an unknown way: \(code)")
        }
    }
}

/// How long a run was at each of its parts, in nanoseconds.
package struct RunTimes: Sendable, Hashable {
    package var decoding: UInt64 = 0
    package var running: UInt64 = 0
    package var encoding: UInt64 = 0

    package init(decoding: UInt64 = 0, running: UInt64 = 0, encoding: UInt64 = 0) {
        self.decoding = decoding
        self.running = running
        self.encoding = encoding
    }
}

/// Where a run is.
package struct RunPlace: Sendable, Hashable {
    /// The process; 0 if there was none.
    package let pid: Int32
    /// The machine; nil if it is not known.
    package let node: String?

    /// An unknown place.
    init() {
        pid = 0
        node = nil
    }

    /// Reads what a frame says.
    package init(_ reader: inout ByteReader) throws(FrameError) {
        pid = Int32(truncatingIfNeeded: try reader.next(UInt32.self))
        let name = try reader.text(try reader.next(UInt8.self))
        node = name.isEmpty ? nil : name
    }
}

extension FrameTail {
    /// The end of a call whose result was not sent, because it has too many bytes.
    static let tooLarge: UInt8 = 10

    /// What a call leaves whose result was not sent: the error of a result that can't be encoded.
    init(tooLarge reason: String) {
        let writer = PayloadWriter()
        _ = writer.write(failure: MultitaskingError(.resultEncodeFailed, reason))
        self = .bytes(((try? writer.bytes()) ?? [])[...])
    }
}

extension ByteReader {
    fileprivate mutating func shortText() throws(FrameError) -> String { try text(try next(UInt16.self)) }

    fileprivate mutating func nodeName() throws(FrameError) -> String? {
        let name = try shortText()
        return name.isEmpty ? nil : name
    }

    fileprivate mutating func remainingText() throws(FrameError) -> String { String(decoding: rest(), as: UTF8.self) }
}

extension WorkerFailure {
    /// The most lines that a failure has.
    private static let lineLimit = 20

    /// Reads how a child has died.
    init(_ reader: inout ByteReader) throws(FrameError) {
        let pid = Int32(bitPattern: try reader.next(UInt32.self))
        let worker = Int(try reader.next(UInt32.self))
        let phase = try reader.next(UInt8.self)
        let signal = Int32(bitPattern: try reader.next(UInt32.self))
        let exitCode = Int32(bitPattern: try reader.next(UInt32.self))
        let peakMemory = Int(clamping: try reader.next(UInt64.self))
        let attempt = Int(try reader.next(UInt32.self))
        let progress = Int(clamping: Int64(bitPattern: try reader.next(UInt64.self)))
        let node = try reader.nodeName()
        var lines: [String] = []
        for _ in 0..<(try reader.next(UInt16.self)) { lines.append(try reader.shortText()) }
        // SAFETY: the name is a constant of the C library.
        let name = unsafe mt_signal_name(signal).map { unsafe String(cString: $0) }
        self.init(
            pid: pid, worker: worker, phase: Phase(rawValue: phase) ?? .idle, signal: signal < 0 ? nil : signal,
            signalName: signal < 0 ? nil : name, exitCode: exitCode < 0 ? nil : exitCode, peakMemory: peakMemory,
            attempt: attempt, lastLines: lines.suffix(Self.lineLimit), progress: progress < 0 ? nil : progress,
            node: node)
    }
}
