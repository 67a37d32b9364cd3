#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Android)
    internal import Android
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The files from which the system's figures are read; below another root in tests.
package struct SystemFiles: Sendable {
    private let root: String

    /// - Parameter root: what stands before every path, without a slash at its end.
    package init(root: String = "") { self.root = root }

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

    /// The text of a file; nil if it cannot be read.
    package func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    /// The number behind `name` at the beginning of a line, as in `/proc/self/status` or `memory.stat`.
    package func number(after name: String, in path: String) -> Int? {
        text(path)?.split(separator: "\n").first { $0.hasPrefix(name) }
            .flatMap { $0.dropFirst(name.utf8.count).split { $0 == " " || $0 == "\t" || $0 == ":" }.first }
            .flatMap { Int($0) }
    }
}
