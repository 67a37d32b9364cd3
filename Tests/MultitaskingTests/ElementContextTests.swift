import Glibc
import Multitasking
import MultitaskingInMemory
import Testing

extension Facade {
    /// The contexts of functions that `map` and `stream` call for each element.
    @Suite struct ElementContextTests {
        /// The numbers of 30 elements with the seed 42.
        private static let expected = (0..<30).map { offset in
            var random = TaskRandom(seed: TaskRandom.seed(42, at: offset))
            return [UInt64(offset), random.next(), random.next()]
        }

        @Test(arguments: PoolKind.allCases, [1, 3])
        func theirRandomNumbersAreThoseOfTheirPlaces(_ kind: PoolKind, _ workers: Int) throws {
            let options = TaskOptions(seed: 42)
            try kind.run(maxWorkers: workers) { manager in
                let pool = manager.executor
                for chunkSize in [1, 4, nil] {
                    let found = try pool.map(drawTwo, chunkSize: chunkSize, options: options, 0..<30).values()
                    #expect(found == Self.expected)
                }
                let later = try pool.map(options: options, 0..<30) { (context: TaskContext, number: Int) async in
                    await Task.yield()
                    return drawTwo(context, number)
                }
                #expect(try later.values() == Self.expected)
                for (offset, result) in try pool.stream(drawTwo, 0..<30, ahead: 7, options: options) {
                    #expect(try result.get() == Self.expected[offset])
                }
                let results: ResultSequence<Range<Int>, [UInt64]> = try pool.stream(
                    0..<30, order: .completion, options: options
                ) {
                    (context: TaskContext, number: Int) in drawTwo(context, number)
                }
                for (offset, result) in results { #expect(try result.get() == Self.expected[offset]) }
            }
        }

        @Test(arguments: [PoolKind.processes, .inMemory])
        func elementsThatAreTasksOfTheirOwnHaveTheSameNumbers(_ kind: PoolKind) throws {
            let options = TaskOptions(timeout: .seconds(60), retries: .onCrash(1), seed: 42)
            try kind.run { manager in
                for (offset, result) in try manager.executor.stream(drawTwo, 0..<30, options: options) {
                    #expect(try result.get() == Self.expected[offset])
                }
            }
        }

        @Test(arguments: [PoolKind.processes, .inMemory])
        func theirRandomNumbersAreThoseOfTheirPlacesWhenOthersCannotBeDecoded(_ kind: PoolKind) throws {
            let elements = (0..<30).map { PickyElement(number: $0, isDecodable: ![0, 1, 12, 29].contains($0)) }
            try kind.run(maxWorkers: 1) { manager in
                let options = TaskOptions(seed: 42)
                let map = try manager.executor.map(drawTwo, chunkSize: 30, options: options, elements)
                for (number, result) in try map.results().enumerated() {
                    if elements[number].isDecodable {
                        #expect(try result.get() == Self.expected[number])
                    } else {
                        #expect(throws: MultitaskingError.self) { try result.get() }
                    }
                }
            }
        }

        @Test func theOneThatEndsItsWorkerIsToBlameWhenOthersCannotBeDecoded() throws {
            let elements = (0..<6).map { PickyElement(number: $0 == 3 ? -1 : $0, isDecodable: $0 > 1) }
            try withProcessPoolExecutor(maxWorkers: 1) { manager in
                let results = try manager.executor.map(drawTwo, chunkSize: 6, elements).results()
                let codes = results.map { result in
                    if case .failure(let error as MultitaskingError) = result { error.code.name } else { "none" }
                }
                #expect(codes == ["decodeFailed", "decodeFailed", "none", "workerExited", "none", "none"])
            }
        }

        @Test(arguments: PoolKind.allCases)
        func withoutASeedTheyDiffer(_ kind: PoolKind) throws {
            try kind.run { manager in
                let found = try manager.executor.map(drawTwo, chunkSize: 10, 0..<30).values()
                #expect(Set(found.map { $0[1] }).count == 30)
            }
        }

        @Test(arguments: [PoolKind.threads, .processes, .inMemory])
        func theyTellTheWorkerAndThatThereAreNoQueues(_ kind: PoolKind) throws {
            try kind.run(maxWorkers: 1) { manager in
                let found = try manager.executor.map(describeContext, 0..<3).values()
                #expect(found == ["worker 0, attempt 1, queues false, cancelled false"].repeated(3))
            }
        }

        @Test func aStreamsElementMakesItsResultInPlace() throws {
            try withProcessPoolExecutor(maxWorkers: 2) { manager in
                for (offset, result) in try manager.executor.stream(fillShared, 1..<20) {
                    let made = try result.get()
                    #expect(made.count == 1000 && made.allSatisfy { $0 == offset + 1 })
                }
            }
        }
    }
}

/// An element that its worker can decode, or not.
struct PickyElement: Codable, Sendable {
    let number: Int
    let isDecodable: Bool

    init(number: Int, isDecodable: Bool) {
        self.number = number
        self.isDecodable = isDecodable
    }

    private enum CodingKeys: CodingKey { case number, isDecodable }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        number = try values.decode(Int.self, forKey: .number)
        isDecodable = try values.decode(Bool.self, forKey: .isDecodable)
        guard isDecodable else {
            throw DecodingError.dataCorruptedError(forKey: .number, in: values, debugDescription: "not decodable")
        }
    }
}

/// Ends its worker at a number below 0.
private func drawTwo(_ context: TaskContext, _ element: PickyElement) -> [UInt64] {
    if element.number < 0 { _exit(3) }
    return drawTwo(context, element.number)
}

private func drawTwo(_ context: TaskContext, _ number: Int) -> [UInt64] {
    [UInt64(number), context.random.next(), context.random.next()]
}

private func describeContext(_ context: TaskContext, _ number: Int) -> String {
    "worker \(context.worker.index), attempt \(context.attempt), queues \(context.hasInputQueue), "
        + "cancelled \(context.isCancelled)"
}

private func fillShared(_ context: TaskContext, _ number: Int) throws -> SharedArray<Int> {
    try context.makeSharedArray(of: Int.self, count: 1000) { elements in
        for index in elements.indices { elements[index] = number }
    }
}

extension [String] {
    fileprivate func repeated(_ count: Int) -> [String] { (0..<count).flatMap { _ in self } }
}
