internal import MultitaskingPlatform

/// The files from which the system's figures are read; below another root in tests.
package struct SystemFiles: Sendable {
    private let root: String

    /// - Parameter root: what stands before every path, without a slash at its end.
    package init(root: String = "") { self.root = root }

    /// Whether there is a file that can be read.
    package func exists(_ path: String) -> Bool { unsafe access(root + path, R_OK) == 0 }

    /// The bytes of a file; nil if it cannot be read, or is longer than a megabyte.
    package func bytes(_ path: String) -> [UInt8]? {
        // SAFETY: the path is copied by the call; the buffer lives during `read`, which stays inside it.
        let descriptor = unsafe open(root + path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        var end = 0
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe read(descriptor, buffer.baseAddress.map { unsafe $0 + end }, buffer.count - end)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            end += count
            guard end == bytes.count else { continue }
            guard end < 1 << 20 else { return nil }
            bytes.append(contentsOf: repeatElement(0, count: end))
        }
        bytes.removeLast(bytes.count - end)
        return bytes
    }

    /// The names in a directory; empty if it cannot be read.
    package func entries(_ path: String) -> [String] {
        guard let directory = unsafe opendir(root + path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        // SAFETY: the entry and its name, which ends with a zero, live until the next call for this directory.
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The target of a symbolic link; empty if it isn't one.
    package func target(_ path: String) -> String {
        var bytes = [CChar](repeating: 0, count: 4096)
        // SAFETY: the call writes at most as many bytes as the array has, and no zero at the end.
        let count = unsafe readlink(root + path, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The fields of a process's `stat` behind its name, which may contain anything: the state, the parent, …; the 20th
    /// is the time of its start. Empty if there is no such process.
    package func processFields(_ process: Int32) -> [Substring] {
        guard let text = text("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return [] }
        return text[text.index(after: end)...].split(separator: " ")
    }

    /// The text of a file; nil if it cannot be read.
    package func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    /// The numbers at the beginning of a file, separated by spaces, up to the first word that isn't a number; empty if
    /// the file can't be read.
    package func numbers(_ path: String) -> [Int] {
        var numbers: [Int] = []
        for word in (bytes(path) ?? []).split(whereSeparator: \.isSpace) {
            guard let number = word.number else { break }
            numbers.append(number)
        }
        return numbers
    }

    /// The number behind `name` at the beginning of a line, as in `memory.stat`.
    package func number(after name: StaticString, in path: String) -> Int? {
        let name = Array("\(name)".utf8)
        var rest = bytes(path)?[...] ?? []
        while !rest.isEmpty, !rest.starts(with: name) {
            rest = rest.drop { $0 != UInt8(ascii: "\n") }.dropFirst()
        }
        let line = rest.dropFirst(name.count).prefix { $0 != UInt8(ascii: "\n") }
        return line.split(whereSeparator: \.isSpace).first?.number
    }
}

// Files are read as bytes: dividing a `String` looks for whole characters, and takes ten times as long.

extension [UInt8] {
    package var lines: [ArraySlice<UInt8>] { split(separator: UInt8(ascii: "\n")) }
}

extension UInt8 {
    package var isSpace: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\n") || self == UInt8(ascii: "\t") }
}

extension ArraySlice<UInt8> {
    package var text: String { String(decoding: self, as: UTF8.self) }
    package var number: Int? { Int(text) }
}
