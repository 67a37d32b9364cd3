import MultitaskingCore
import MultitaskingInMemory
import MultitaskingProcesses
import MultitaskingThreads
import OneThreadPerTask
import ParallelSequences
import Testing

/// A pool that the user of the library picks.
enum Backend: CaseIterable {
    case threads, processes, simulated, another

    func makePool() throws -> any Executor {
        switch self {
        case .threads: try ThreadPool(maxWorkers: 2)
        // The test program has threads, so it is spawned.
        case .processes: try ProcessPool(maxWorkers: 2, arenaLimit: 64 << 20)
        case .simulated: try InMemoryPool(.seed(.random(in: 0..<1000)))
        case .another: try OneThreadPerTask(maxWorkers: 2)
        }
    }
}

struct Word: Codable, Sendable, Equatable, Comparable {
    var text: String
    static func < (left: Word, right: Word) -> Bool { left.text < right.text }
}

struct TooLarge: Error, Codable, Equatable {
    var number: Int
}

private func length(_ word: Word) -> Int { word.text.count }

@Suite(.serialized)
struct ParallelSequencesTests {
    private let limit = Int.random(in: 20...40)

    @Test(
        "The library's functions take functions by name, closures that capture and methods, on every pool",
        arguments: Backend.allCases)
    func functionsOfAllKinds(_ backend: Backend) throws {
        let pool = try backend.makePool()
        defer { pool.shutdown(.drain) }
        let limit = limit
        let words = ["pear", "apple", "fig"].map(Word.init(text:))
        #expect(try words.parallelMap(on: pool, length) == [4, 5, 3])
        #expect(try (0..<100).parallelMap(on: pool) { $0 * limit } == (0..<100).map { $0 * limit })
        #expect(try (0..<100).parallelFilter(on: pool) { $0 < limit } == Array(0..<limit))
        #expect(try (1...100).parallelReduce(on: pool, 0) { $0 + $1 } == 5050)
        #expect(try words.parallelReduce(on: pool, Word(text: "")) { max($0, $1) } == Word(text: "pear"))
        #expect(try words.parallelMap(on: pool, words[0].longer) == [words[0], words[1], words[0]])
        #expect(try [[3, 1], [2]].parallelMap(on: pool) { $0.sorted() } == [[1, 3], [2]])
    }

    @Test("The error of the first element whose call threw is thrown", arguments: Backend.allCases)
    func errorsArrive(_ backend: Backend) throws {
        let pool = try backend.makePool()
        defer { pool.shutdown(.drain) }
        let limit = limit
        #expect(throws: TooLarge(number: limit)) {
            try (0..<100).parallelMap(on: pool) { (number: Int) throws -> Int in
                guard number < limit else { throw TooLarge(number: number) }
                return number
            }
        }
    }

    @Test("The asynchronous forms return the same", arguments: Backend.allCases)
    func asynchronousForms(_ backend: Backend) async throws {
        let limit = limit
        let pool = try backend.makePool()
        #expect(try await (0..<100).parallelMap(on: pool) { $0 * limit } == (0..<100).map { $0 * limit })
        #expect(try await (0..<100).parallelFilter(on: pool) { $0 < limit } == Array(0..<limit))
        #expect(try await (1...100).parallelReduce(on: pool, 0) { $0 + $1 } == 5050)
        Self.end(pool)
    }

    private static func end(_ pool: any Executor) { pool.shutdown(.drain) }
}

extension Word {
    fileprivate func longer(_ other: Word) -> Word { other.text.count > text.count ? other : self }
}
