import MultitaskingCore

/// What a task prints to one stream, cut into whole lines that say whose they are.
struct PrefixedLines: Sendable {
    private let prefix: [UInt8]
    /// What isn't a whole line yet.
    private var line: [UInt8] = []

    /// How long a line may be, in bytes, before it continues in another one.
    private static let limit = 4096

    /// Lines of a task, at the worker that runs it.
    init(_ options: TaskOptions, worker: Int) {
        let name = (options.name ?? "").printable
        let label = String(String.UnicodeScalarView(name.unicodeScalars.prefix(Self.labelLimit)))
        prefix = Array((label.isEmpty ? "[worker \(worker)] " : "[\(label), worker \(worker)] ").utf8)
    }

    private static let labelLimit = 56

    /// Takes what was printed; the lines that are whole now.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var whole: [UInt8] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                whole += prefix + line + [byte]
                line = []
                continue
            }
            // No character is cut in two.
            if line.count >= Self.limit, byte & 0xC0 != 0x80 {
                whole += prefix + line + [UInt8(ascii: "\n")]
                line = []
            }
            line.append(byte)
        }
        return whole
    }

    /// The last line, if it has no end.
    mutating func end() -> [UInt8] {
        defer { line = [] }
        return line.isEmpty ? [] : prefix + line + [UInt8(ascii: "\n")]
    }
}
