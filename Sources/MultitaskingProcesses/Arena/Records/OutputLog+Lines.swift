import CMultitaskingLinux
import Glibc

// Lines that begin with the name of the task that prints them: see `TaskOptions.Output.prefixed`.

extension OutputLog {
    /// The line that is put together for one of the streams.
    private func line(_ stream: Stream, _ field: LineField) -> SharedWord {
        arena.word(offset(of: .lines) + stream.rawValue * Self.lineSize + field.rawValue)
    }

    private enum Stream: Int, CaseIterable {
        case output = 0
        case error

        var descriptor: Int32 { Int32(rawValue) + 1 }
    }

    /// As `mt_output_line` has them.
    private enum LineField: Int {
        case prefix = 0
        case count = 8
        case bytes = 16
    }

    /// How long the supervisor waits at most for the reader to take a line.
    private static let patience: Int32 = 50

    /// Writes out the lines that the member has left without an end, since it has died; once.
    ///
    /// A reader that takes nothing holds up nobody for long, and misses the lines.
    func endLines() {
        for stream in Stream.allCases {
            let prefixSize = line(stream, .prefix).load()
            guard prefixSize != 0 else { continue }
            var isTaken = true
            for text in remains(of: stream, prefixSize) where isTaken {
                isTaken = unsafe text.withUnsafeBufferPointer { bytes in
                    unsafe mt_offer_line(stream.descriptor, bytes.baseAddress, bytes.count, Self.patience)
                }
            }
            line(stream, .prefix).store(0)
        }
    }

    /// The lines that were not written out, each with its beginning and its end. The member may have written anything.
    private func remains(of stream: Stream, _ prefixSize: UInt64) -> [ArraySlice<UInt8>] {
        let room = Self.lineSize - LineField.bytes.rawValue - 1
        let count = Int(clamping: min(line(stream, .count).load(), UInt64(room)))
        let start = offset(of: .lines) + stream.rawValue * Self.lineSize + LineField.bytes.rawValue
        let bytes = unsafe arena.withBytes(at: start, count: count) { unsafe [UInt8]($0) }
        let prefix = bytes.prefix(Int(clamping: prefixSize))
        var text = bytes.dropFirst(prefix.count)
        if stream == .output { text += pendingBytes }
        var lines = text.split(separator: 10, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let step = max(1, room - prefix.count)
        return lines.flatMap { line in
            stride(from: line.startIndex, through: max(line.startIndex, line.endIndex - 1), by: step).map { start in
                prefix + line[start...].prefix(step) + [10]
            }
        }
    }
}
