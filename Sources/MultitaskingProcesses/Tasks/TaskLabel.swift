/// A short text of a task, written by the client before the task is queued.
struct TaskLabel: Record {
    enum Field: Int, RecordField {
        case length = 0
        case text = 8

        var size: Int { self == .text ? TaskLabel.byteLimit : 8 }
    }

    static let size = 64
    static let byteLimit = 56

    let arena: Arena
    let offset: Int

    /// The text, cut to the limit between two characters.
    var text: String {
        get {
            let count = Int(clamping: min(word(.length).load(), UInt64(Self.byteLimit)))
            return unsafe arena.withBytes(at: offset(of: .text), count: count) {
                unsafe String(decoding: $0, as: UTF8.self)
            }
        }
        nonmutating set {
            var kept = newValue
            while kept.utf8.count > Self.byteLimit { kept.removeLast() }
            let bytes = Array(kept.utf8)
            unsafe arena.withBytes(at: offset(of: .text), count: bytes.count) { unsafe $0.copyBytes(from: bytes) }
            word(.length).store(UInt64(bytes.count))
        }
    }
}
