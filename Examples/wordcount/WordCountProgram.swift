import Foundation
import Multitasking

/// How often each word occurs in a file, which a worker reads itself: only its name is passed.
func countWords(_ path: String) throws -> [String: Int] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let words = text.lowercased().split { !$0.isLetter }
    return words.reduce(into: [:]) { counts, word in counts[String(word), default: 0] += 1 }
}

/// The files of a folder and of those in it, one after the other, as they are asked for.
struct Files: Sequence, IteratorProtocol {
    private var paths: [String]

    init(under path: String) { paths = [path] }

    mutating func next() -> String? {
        while let path = paths.popLast() {
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return path }
            paths += names.filter { !$0.hasPrefix(".") }.sorted(by: >).map { path + "/" + $0 }
        }
        return nil
    }
}

/// Counts the words of all files below a folder: `wordcount Sources`. The folder is read while files are counted, and
/// no further than is needed to keep the workers busy.
@main struct WordCountProgram {
    static func main() throws {
        let folder = CommandLine.arguments.dropFirst().first ?? "."
        let pool = try ProcessPool()
        defer { pool.shutdown(.drain) }
        var totals: [String: Int] = [:]
        var files = 0
        for (_, result) in try pool.stream(countWords, Files(under: folder), ahead: 64, order: .completion)
            .showing(.progressBar(label: "files"))
        {
            switch result {
            case .success(let counts): totals.merge(counts, uniquingKeysWith: +)
            case .failure(let error): print("\(error)")
            }
            files += 1
        }
        print("\(files) files have \(totals.count) different words")
        for (word, count) in totals.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(5) {
            print("\(count) × \(word)")
        }
    }
}
