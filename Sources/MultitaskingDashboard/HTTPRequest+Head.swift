#if Dashboard
    import FlyingFox
    import Foundation

    // The first lines of a request, which say what is asked for.

    extension HTTPRequest {
        /// Where what follows a head begins, which ends with an empty line; nil if it has not ended.
        ///
        /// - Parameter start: what is before it was searched, but for its last two bytes.
        static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
            let (newline, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
            for index in bytes.indices.dropFirst(start) where bytes[index] == newline {
                let rest = bytes[(index + 1)...]
                if rest.first == newline { return index + 2 }
                if rest.starts(with: [carriageReturn, newline]) { return index + 3 }
            }
            return nil
        }

        /// Reads the lines of a head; nil if they are none.
        init?(head: [UInt8]) {
            let lines = head.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
                .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
            let words = lines.first?.split(separator: " ") ?? []
            guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
            var headers = HTTPHeaders()
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                headers.addValue(parts[1].trimmingCharacters(in: .whitespaces), for: HTTPHeader(String(parts[0])))
            }
            let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            self.init(
                method: HTTPMethod(String(words[0])), version: HTTPVersion(String(words[2])),
                target: Target(path: String(target[0]), query: target.count > 1 ? String(target[1]) : ""),
                headers: headers, body: HTTPBodySequence())
        }

        /// Whether something follows the head. Nobody reads it.
        var hasBody: Bool {
            headers[.transferEncoding] != nil || !["0", nil].contains(headers[.contentLength])
        }

        /// Whether another request may follow on the same connection.
        var keepsConnection: Bool {
            let words = (headers[.connection] ?? "").lowercased()
            return !hasBody && (version == .http11 ? !words.contains("close") : words.contains("keep-alive"))
        }
    }
#endif
