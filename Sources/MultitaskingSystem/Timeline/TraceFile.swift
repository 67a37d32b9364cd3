internal import MultitaskingCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Android)
    internal import Android
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Writes events in the Trace Event Format ("JSON Array Format"), which Perfetto and chrome://tracing read.
///
/// They read it also if the closing bracket is missing, so the file is right after each write.
struct TraceFile: ~Copyable {
    private let descriptor: Int32
    private let origin: Int64
    private let client: Int32
    private var text = "[\n"
    private var isFirst = true
    /// Gives each arrow a number.
    private var arrows = 0
    /// The threads that have a name already.
    private var named: Set<Int32> = []

    /// The client's tracks: what was submitted, and what has ended.
    private static let submissions: Int32 = 1
    private static let results: Int32 = 2
    /// And those of workers that are threads of it.
    private static let firstWorker: Int32 = 10

    /// - Parameter origin: the time that is 0, in nanoseconds of CLOCK_MONOTONIC.
    /// - Throws: `permissionDenied` or `systemError`.
    init(_ path: String, origin: Int64) throws(MultitaskingError) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let cause = unsafe String(cString: strerror(errno))
            throw MultitaskingError(
                errno == EACCES || errno == EPERM ? .permissionDenied : .systemError,
                "the timeline cannot be written to \(path): \(cause); give a path that this process may write to")
        }
        self.origin = origin
        client = getpid()
        name(process: client, "client")
        name(thread: Self.submissions, of: client, "submitted")
        name(thread: Self.results, of: client, "results")
    }

    deinit { close(descriptor) }

    // MARK: Events

    mutating func add(_ span: TaskSpan) {
        let name = Self.quoted(span.name)
        let place = Place(span.pid ?? client, span.pid ?? Self.firstWorker + Int32(truncatingIfNeeded: span.worker))
        if named.insert(place.thread).inserted {
            if place.pid != client { self.name(process: place.pid, "worker \(span.worker)") }
            self.name(thread: place.thread, of: place.pid, "worker \(span.worker)")
        }
        let outcome = Place(client, Self.results)
        if let submission = span.submission {
            let submitter = Place(client, Self.submissions)
            slice(name, submitter, submission, submission)
            arrow(from: submitter, submission, to: place, span.start)
        }
        slice(name, place, span.start, span.end)
        let runStart = span.runStart ?? span.start
        if span.runStart != nil { slice("\"decoding\"", place, span.start, runStart) }
        if let encodeStart = span.encodeStart {
            slice("\"running\"", place, runStart, encodeStart)
            slice("\"encoding\"", place, encodeStart, span.end)
        } else {
            slice("\"running\"", place, runStart, span.end)
        }
        if span.hasCrashed {
            event("i", #""name":"crash","s":"p""#, place, span.end)
        } else {
            slice(name, outcome, span.end, span.end)
            arrow(from: place, span.encodeStart ?? runStart, to: outcome, span.end)
        }
    }

    mutating func add(_ statistics: PoolStatistics, lost: Int, at now: Int64) {
        let place = Place(client, Self.submissions)
        let tasks = statistics.tasks
        event("C", #""name":"tasks","args":{"queued":\#(tasks.queued),"running":\#(tasks.running)}"#, place, now)
        if let memory = statistics.memory {
            event("C", #""name":"memory","args":{"bytes":\#(memory.used)}"#, place, now)
        }
        if lost > 0 { event("C", #""name":"tasks not recorded","args":{"tasks":\#(lost)}"#, place, now) }
    }

    /// Where an event belongs.
    private struct Place {
        var pid: Int32
        var thread: Int32

        init(_ pid: Int32, _ thread: Int32) { (self.pid, self.thread) = (pid, thread) }
    }

    private mutating func slice(_ name: String, _ place: Place, _ start: Int64, _ end: Int64) {
        event("X", "\"name\":\(name),\"dur\":\(Self.microseconds(max(0, end - start)))", place, start)
    }

    private mutating func arrow(from start: Place, _ begin: Int64, to target: Place, _ end: Int64) {
        arrows += 1
        event("s", #""name":"task","cat":"task","id":\#(arrows)"#, start, begin)
        event("f", #""name":"task","cat":"task","bp":"e","id":\#(arrows)"#, target, end)
    }

    private mutating func name(process: Int32, _ name: String) {
        event("M", #""name":"process_name","args":{"name":\#(Self.quoted(name))}"#, Place(process, 0), origin)
    }

    private mutating func name(thread: Int32, of process: Int32, _ name: String) {
        event("M", #""name":"thread_name","args":{"name":\#(Self.quoted(name))}"#, Place(process, thread), origin)
    }

    private mutating func event(_ kind: String, _ what: String, _ place: Place, _ time: Int64) {
        text += isFirst ? "" : ",\n"
        isFirst = false
        text += "{\"ph\":\"\(kind)\",\(what),\"pid\":\(place.pid),\"tid\":\(place.thread),"
        text += "\"ts\":\(Self.microseconds(time - origin))}"
    }

    private static func microseconds(_ nanoseconds: Int64) -> String {
        let (whole, part) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        let digits = String(1000 + part).dropFirst()
        return (nanoseconds < 0 ? "-" : "") + "\(whole).\(digits)"
    }

    /// A JSON string.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    // MARK: Writing

    /// Writes what was added; false if the system refuses it, and nothing more can be written.
    mutating func flush() -> Bool {
        var bytes = Array(text.utf8)[...]
        text = ""
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    /// Closes the array.
    mutating func finish() {
        text += "\n]\n"
        _ = flush()
    }
}
