internal import Logging
internal import MultitaskingCore
internal import MultitaskingPlatform

/// Writes events in the Trace Event Format ("JSON Array Format"), which Perfetto and chrome://tracing read.
///
/// They read it even if the closing bracket is missing, so the file is valid after each write.
struct TraceFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private let origin: Int64
    private let client: Int32
    private var text = TraceText()
    private var isEmpty = true
    /// How many bytes the file has.
    private var length = 0
    /// Gives each arrow a number.
    private var arrows = 0
    /// The tracks that have a name already.
    private var named: Set<Track> = []

    /// A track: the numbers of its process and thread in the file.
    struct Track: Hashable {
        var pid: Int32
        var thread: Int32
    }

    /// The client's tracks: what was submitted, and what has ended.
    var submissions: Track { Track(pid: client, thread: 1) }
    var results: Track { Track(pid: client, thread: 2) }
    /// And those of workers that are threads of it.
    private static let firstWorker: Int32 = 10
    /// The place of what comes behind all others.
    private static let last = Int(Int16.max)

    /// - Parameter origin: the time that is 0, in nanoseconds of CLOCK_MONOTONIC.
    /// - Throws: `permissionDenied`, `systemError`, or `invalidArgument`.
    init(_ path: String, origin: Int64) throws(MultitaskingError) {
        descriptor = try Self.makeFile(path)
        self.path = path
        self.origin = origin
        client = getpid()
        text.put("[\n")
        name(process: client, "client", order: 0)
        name(submissions, "submitted", order: 0)
        name(results, "results", order: 1)
    }

    private static func makeFile(_ path: String) throws(MultitaskingError) -> Int32 {
        try checkPath(path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let cause = unsafe String(cString: strerror(errno))
            throw MultitaskingError(
                errno == EACCES || errno == EPERM ? .permissionDenied : .systemError,
                "the timeline cannot be written to \(path): \(cause); give a path that this process may write to")
        }
        return descriptor
    }

    deinit { close(descriptor) }

    // MARK: Tracks

    /// The track of a place, which has a name from now on.
    mutating func track(_ place: TimelinePlace) -> Track {
        switch place {
        case .worker(let number, nil):
            let track = Track(pid: client, thread: Self.firstWorker &+ Int32(truncatingIfNeeded: number))
            if isNew(track) { name(track, "worker \(number)", order: 2 + number) }
            return track
        case .worker(let number, let pid?):
            let track = Track(pid: pid, thread: pid)
            if isNew(track) {
                name(process: pid, "worker \(number)", order: 1 + number)
                name(track, "worker \(number)", order: 0)
            }
            return track
        case .thread(let id, let pid):
            // A worker's first thread has the number of its process, by which the one that runs its tasks goes here.
            let isTaken = pid.map { $0 == id } ?? (id < Self.firstWorker)
            let track = Track(pid: pid ?? client, thread: isTaken ? id &+ TimelinePlace.otherThreads : id)
            if isNew(track) {
                if let pid, isNew(Track(pid: pid, thread: pid)) {
                    name(process: pid, "copy of the client", order: Self.last)
                }
                let number = id % TimelinePlace.otherThreads
                name(track, id == track.pid ? "main thread" : "thread \(number)", order: Self.last)
            }
            return track
        }
    }

    private mutating func isNew(_ track: Track) -> Bool { named.insert(track).inserted }

    private mutating func name(process: Int32, _ name: String, order: Int) {
        let track = Track(pid: process, thread: 0)
        meta("process_name", track, name)
        event("M", track, origin) { text in
            text.put(#","name":"process_sort_index","args":{"sort_index":"#)
            text.put(order)
            text.put("}")
        }
    }

    private mutating func name(_ track: Track, _ name: String, order: Int) {
        meta("thread_name", track, name)
        event("M", track, origin) { text in
            text.put(#","name":"thread_sort_index","args":{"sort_index":"#)
            text.put(order)
            text.put("}")
        }
    }

    private mutating func meta(_ kind: StaticString, _ track: Track, _ name: String) {
        event("M", track, origin) { text in
            text.put(#","name":""#)
            text.put(kind)
            text.put(#"","args":{"name":"#)
            text.put(string: name)
            text.put("}")
        }
    }

    // MARK: Events

    /// A slice. What took no time counts as a nanosecond, since arrows need something to end at.
    mutating func slice(_ name: String, _ track: Track, _ start: Int64, _ end: Int64) {
        event("X", track, start) { text in
            text.put(#","name":"#)
            text.put(string: name)
            Self.put(duration: end - start, &text)
        }
    }

    /// A slice inside of another one; none if it took no time.
    mutating func part(_ name: StaticString, _ track: Track, _ start: Int64, _ end: Int64) {
        guard end > start else { return }
        event("X", track, start) { text in
            text.put(#","name":""#)
            text.put(name)
            text.put("\"")
            Self.put(duration: end - start, &text)
        }
    }

    private static func put(duration: Int64, _ text: inout TraceText) {
        text.put(#","dur":"#)
        text.put(microseconds: max(1, duration))
    }

    /// An arrow from a slice to another one, which must be in the file already.
    mutating func arrow(
        _ kind: StaticString, from start: Track, _ begin: Int64, to target: Track, _ end: Int64
    ) {
        arrows += 1
        let number = arrows
        func put(_ bind: StaticString, _ text: inout TraceText) {
            text.put(#","name":""#)
            text.put(kind)
            text.put(#"","cat":""#)
            text.put(kind)
            text.put("\"")
            text.put(bind)
            text.put(#","id":"#)
            text.put(number)
        }
        event("s", start, min(begin, end)) { put("", &$0) }
        event("f", target, end) { put(#","bp":"e""#, &$0) }
    }

    /// Something that took no time.
    mutating func mark(_ name: String, _ track: Track, _ time: Int64) {
        event("i", track, time) { text in
            text.put(#","name":"#)
            text.put(string: name)
            text.put(#","s":"p""#)
        }
    }

    mutating func counter(_ gauge: TimelineGauge, _ time: Int64) {
        event("C", Track(pid: gauge.pid ?? client, thread: 0), time) { text in
            text.put(#","name":"#)
            text.put(string: gauge.name)
            text.put(#","args":{"#)
            for (index, (unit, value)) in gauge.values.enumerated() {
                if index > 0 { text.put(",") }
                text.put(string: unit)
                text.put(":")
                text.put(value)
            }
            text.put("}")
        }
    }

    private mutating func event(
        _ kind: StaticString, _ track: Track, _ time: Int64, _ rest: (inout TraceText) -> Void
    ) {
        text.put(isEmpty ? "{\"ph\":\"" : ",\n{\"ph\":\"")
        isEmpty = false
        text.put(kind)
        text.put(#"","pid":"#)
        text.put(track.pid)
        text.put(#","tid":"#)
        text.put(track.thread)
        text.put(#","ts":"#)
        text.put(microseconds: time - origin)
        rest(&text)
        text.put("}")
    }

    // MARK: Writing

    /// Writes what was added; false if the system refuses it, and nothing more can be written.
    mutating func flush() -> Bool {
        defer { text.removeAll() }
        var rest = text.bytes[...]
        while !rest.isEmpty {
            // Asked first: a write beyond that limit ends the process.
            let end = ResourceLimit.fileSize.current.map { $0 - Self.closing.utf8CodeUnitCount } ?? .max
            let part = rest.prefix(max(0, end - length - rest.startIndex))
            let count =
                part.isEmpty ? -1 : unsafe part.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                let error = part.isEmpty ? EFBIG : errno
                if error == EINTR { continue }
                endEarly(behind: text.bytes[..<rest.startIndex])
                Logger(label: "swift-multitasking").warning(
                    """
                    the timeline \(path) ends early: \(describe(errno: error)); viewers can still open what was written
                    """)
                return false
            }
            rest = rest.dropFirst(count)
        }
        length += text.bytes.count
        return true
    }

    /// Takes away the event that was written in part, and closes the array, so that what there was room for opens.
    ///
    /// - Parameter written: what was written last.
    private func endEarly(behind written: ArraySlice<UInt8>) {
        // Events stand in a line each; all but the first behind a comma and a new line.
        var whole = written.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if whole > 1, written[whole - 2] == UInt8(ascii: ",") { whole -= 2 }
        guard ftruncate(descriptor, off_t(length + whole)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else { return }
        writeWhole(Self.closing.description, to: descriptor)
    }

    /// What closes the array.
    private static let closing: StaticString = "\n]\n"

    /// Closes the array.
    mutating func finish() {
        text.put(Self.closing)
        _ = flush()
    }
}
