import Glibc
import Synchronization

/// What the processes of a round write down for each other: files to which each appends whole records.
///
/// A record is written by one system call of less than a page and never torn, also if its writer is killed at once
/// after.
struct Logbook: Sendable {
    /// One thing that happened.
    struct Record {
        var kind: UInt32 = 0
        var pid: Int32 = 0
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
    }

    /// The variable with the path of the directory in which the files are.
    static let directoryVariable = "CHAOS_BOOK"

    /// Each task that begins.
    static let begun = Logbook(name: "begun", index: 0)
    /// Each blow that a process gets, before it gets it.
    static let strikes = Logbook(name: "strikes", index: 1)
    /// Each element that is sent or received.
    static let passages = Logbook(name: "passages", index: 2)

    private let name: String
    private let index: Int

    /// The descriptors of this process: a forked one opens its own.
    private static let opened = Mutex<(pid: pid_t, descriptors: [Int32])>((0, []))

    private var path: String { "\(environment(Self.directoryVariable))/\(name)" }

    private var descriptor: Int32 {
        Self.opened.withLock { opened in
            if opened.pid != getpid() { opened = (getpid(), [-1, -1, -1]) }
            if opened.descriptors[index] < 0 {
                opened.descriptors[index] = unsafe open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            }
            return opened.descriptors[index]
        }
    }

    /// Appends a record of this process.
    func note(_ kind: UInt32, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0) {
        note(Record(kind: kind, pid: getpid(), first: first, second: second, third: third))
    }

    func note(_ record: Record) {
        let written = unsafe withUnsafeBytes(of: record) { unsafe write(descriptor, $0.baseAddress, $0.count) }
        // What is not written down cannot be judged later.
        if written != MemoryLayout<Record>.size { Report.breach(.driver, "cannot write to \(path): errno \(errno)") }
    }

    /// The records from `position` on, which is moved on to the end.
    func read(from position: inout Int) -> [Record] {
        var records: [Record] = []
        let descriptor = descriptor
        let size = MemoryLayout<Record>.stride
        while true {
            var batch = [Record](repeating: Record(), count: 1 << 12)
            let count = unsafe batch.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(position * size))
            }
            guard count >= size else { return records }
            records += batch.prefix(count / size)
            position += count / size
        }
    }
}
