import Multitasking
import Testing

/// Large values by way of managers and contexts, on both pools.
@Suite(.serialized) struct SharingTests {
    @Test(arguments: [PoolKind.threads, .processes, .inMemory])
    func managersShareAndTasksMakeArrays(_ kind: PoolKind) throws {
        try kind.run { manager in
            let numbers = try manager.share(Array(0..<10_000))
            let words = try manager.share(["a": 1, "b": 2])
            let session = try manager.session()
                .submit("sum", sum, 5..<10, numbers)
                .submit("word", lookUp, "b", words)
                .submit("squares", squares, 1000)
            let results = try session.results()
            let total: Int = try #require(results["sum"]).get()
            let word: Int = try #require(results["word"]).get()
            #expect(total == 35 && word == 2)
            let made: SharedArray<Double> = try #require(results["squares"]).get()
            #expect(made.count == 1000 && made[999] == 998_001)
            session.destroy()
        }
    }

    @Test(arguments: [PoolKind.threads, .processes, .inMemory])
    func arraysOfImpossibleSizesAreRefused(_ kind: PoolKind) throws {
        try kind.run { manager in
            for count in [Int.min, -1, 1 << 50, .max / 8, .max] {
                let session = try manager.session().submit("make", squares, count)
                let result = try #require(session.results()["make"])
                expectError(.invalidArgument) { try result.get() as SharedArray<Double> }
                session.destroy()
            }
        }
    }

    @Test func anExecutorThatSharesNothingSaysSo() throws {
        _ = try PoolKind.encoded.run { manager in
            expectError(.invalidArgument) { try manager.share([1, 2, 3]) as SharedArray<Int> }
        }
    }
}

private func sum(_ part: Range<Int>, _ numbers: SharedArray<Int>) -> Int { part.reduce(0) { $0 + numbers[$1] } }
private func lookUp(_ word: String, _ words: Shared<[String: Int]>) -> Int { words.value[word] ?? -1 }
private func squares(_ context: TaskContext, _ count: Int) throws -> SharedArray<Double> {
    try context.makeSharedArray(of: Double.self, count: count) { elements in
        for index in elements.indices { elements[index] = Double(index * index) }
    }
}
