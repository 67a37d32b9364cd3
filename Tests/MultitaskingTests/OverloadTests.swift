import Multitasking
import Testing

extension Facade {
    @Suite struct OverloadTests {
        /// Each shape of function by its name and as a closure; every one is submitted with the same words on each
        /// pool.
        @discardableResult
        private func submitEveryShape(_ session: TaskSession) throws -> TaskSession {
            try session
                .submit("named", double, 1)
                .submit("named two", add, 1, "x")
                .submit("named none", nothing)
                .submit("named generic", max, 3, 4)
                .submit("named context", scopesOf)
                .submit("named context action", write, scopes: .session, 1)
                .submit("named async", doubleLater, 2)
                .submit("named async none", nothingLater)
                .submit("named async context", scopesOfLater, 1)
                .submit("named async context action", writeLater, scopes: .session, 2)
                .submit("closure", 21) { $0 * 2 }
                .submit("closure two", 1, "x") { (number, text) in "\(number)\(text)" }
                .submit("closure none") {}
                .submit("closure action", 1) { (number: Int) in _ = number }
                .submit("closure context") { (context: TaskContext) in context.hasInputQueue }
                .submit("closure context action", scopes: .session, 3) { (context: TaskContext, number: Int) in
                    _ = try context.writeOutput(number)
                }
                .submit("closure async", 3) { (number: Int) async throws in
                    await Task.yield()
                    return number + 1
                }
                .submit("closure async action", 3) { (number: Int) async throws -> Void in await Task.yield() }
                .submit("closure async context", 3) { (context: TaskContext, number: Int) async throws in
                    await Task.yield()
                    return context.hasInputQueue ? 0 : number
                }
                .submit("closure async context action", scopes: .session, 4) {
                    (context: TaskContext, number: Int) async throws in
                    _ = try await context.writeOutput(number)
                }
        }

        private func mapEveryShape(_ manager: TaskManager) throws -> [TaskSession] {
            [
                try manager.map("m", double, 1...3),
                try manager.map("m", add, 1...3, ["a", "b"]),
                try manager.map("m", write, scopes: .session, 1...3),
                try manager.map("m", doubleLater, 1...3),
                try manager.map("m", scopesOfLater, [1, 2, 3]),
                try manager.map("m", writeLater, scopes: .session, 1...3),
                try manager.map("m", 1...3) { $0 + 1 },
                try manager.map("m", 1...3) { (number: Int) in _ = number },
                try manager.map("m", 1...3) { (_: TaskContext, number: Int) in number },
                try manager.map("m", 1...3, ["a", "b", "c"]) { "\($0)\($1)" },
                try manager.map("m", scopes: .session, 1...3) { (context: TaskContext, number: Int) in
                    _ = try context.writeOutput(number)
                },
                try manager.map("m", 1...3) { (number: Int) async throws in
                    await Task.yield()
                    return number
                },
            ]
        }

        @Test(arguments: PoolKind.allCases)
        func everyShapeRuns(_ pool: PoolKind) async throws {
            try await pool.run(maxWorkers: 2) { manager in
                let session = try submitEveryShape(try manager.session())
                let results = try await session.results()
                #expect(results.count == 20)
                for (name, result) in results { #expect(result.isSuccessful, "\(name): \(result)") }
                #expect(try results["named"]!.get() == 2)
                #expect(try results["named two"]!.get() == "1x")
                #expect(try results["named generic"]!.get() == 4)
                #expect(try results["named context"]!.get() == [false, false, false])
                #expect(try results["named async"]!.get() == 4)
                #expect(try results["named async context"]!.get() == [false, false, false, true])
                #expect(try results["closure"]!.get() == 42)
                #expect(try results["closure two"]!.get() == "1x")
                #expect(try results["closure context"]!.get() == false)
                #expect(try results["closure async"]!.get() == 4)
                #expect(try results["closure async context"]!.get() == 3)
                for name in results.keys where name.hasSuffix("none") || name.hasSuffix("action") {
                    #expect(results[name]!.value is Void)
                }
                let written = try await session.context.readOutputUntilEmpty(as: Int.self)
                #expect(written.sorted() == [1, 2, 3, 4])
            }
        }

        @Test(arguments: PoolKind.allCases)
        func everyShapeMaps(_ pool: PoolKind) async throws {
            try await pool.run(maxWorkers: 2) { manager in
                for session in try mapEveryShape(manager) {
                    for (name, result) in try await session.results() {
                        #expect(result.isSuccessful, "\(name): \(result)")
                    }
                }
            }
        }

        @Test func everyShapeCanBeSentToAProcess() throws {
            let executor = RecordingExecutor()
            try TaskManager(executor: executor).session()
                .submit("a", double, 1).submit("b", nothing).submit("c", scopesOf).submit("d", write, 1)
                .submit("e", doubleLater, 1).submit("f", nothingLater).submit("g", scopesOfLater, 1)
                .submit("h", writeLater, 1).submit("i", add, 1, "x").submit("j", max, 1, 2)
                .submit("k", 1) { $0 + 1 }.submit("l") {}
                .submit("m", 1) { (_: TaskContext, number: Int) in number }
                .submit("n") { (_: TaskContext) in }
                .submit("o", 1) { (number: Int) async throws in
                    await Task.yield()
                    return number
                }
                .submit("p") { () async in await Task.yield() }
                .submit("q", 1) { (_: TaskContext, number: Int) async in
                    await Task.yield()
                    return number
                }
                .submit("r") { (_: TaskContext) async in await Task.yield() }
            #expect(executor.records.count == 18)
            for (index, record) in executor.records.enumerated() {
                #expect(record.canBeSent && record.hasName, "function \(index): \(record)")
            }
        }

        @Test func everyMappedShapeCanBeSentToAProcess() throws {
            let executor = RecordingExecutor()
            for session in try mapEveryShape(try TaskManager(executor: executor)) { session.destroy() }
            #expect(executor.records.count >= 33)
            for (index, record) in executor.records.enumerated() {
                #expect(record.canBeSent && record.hasName, "function \(index): \(record)")
            }
        }

        @Test func aClosureThatCapturesCannotBeSent() throws {
            let executor = RecordingExecutor()
            let captured = Int.random(in: 0..<10)
            try TaskManager(executor: executor)
                .session()
                .submit("a", 1) { $0 + captured }
            #expect(executor.records.map(\.canBeSent) == [false])
        }

        @Test func threadsTakeAndGiveWhatIsNotCodable() async throws {
            final class Box: Sendable {
                let value: Int
                init(_ value: Int) { self.value = value }
            }
            @Sendable func unbox(_ box: Box) -> Int { box.value }
            @Sendable func box(_ context: TaskContext, _ value: Int) -> Box { Box(value) }
            @Sendable func unboxLater(_ box: Box) async -> Box { box }
            try await withThreadPoolExecutor(maxWorkers: 2) { manager in
                let session = try manager.session()
                    .submit("a", unbox, Box(1)).submit("b", box, 2).submit("c", unboxLater, Box(3))
                    .submit("d", Box(4)) { Box($0.value) }.submit("e", 5) { (_: TaskContext, value: Int) in Box(value) }
                    .submit("f", Box(6)) { (box: Box) in _ = box }.submit("g", double, 7)
                let results = try await session.results()
                #expect(try results["a"]!.get() == 1)
                for (name, value) in [("b", 2), ("c", 3), ("d", 4), ("e", 5)] {
                    #expect(try results[name]!.get(as: Box.self).value == value)
                }
                #expect(results["f"]!.isSuccessful)
                #expect(try results["g"]!.get() == 14)
                let mapped: ThreadTaskSession = try manager.map("m", [Box(1), Box(2)], 1...2) { Box($0.value + $1) }
                try mapped.submit("extra", Box(9)) { $0.value }
                let values = try await mapped.results()
                #expect(try values["m1"]!.get(as: Box.self).value == 4)
                #expect(try values["extra"]!.get() == 9)
                let codable: ThreadTaskSession = try manager.map("m", double, 1...2)
                let doubled = try await codable.results()
                #expect(try doubled.values.map { try $0.get(as: Int.self) } == [2, 4])
            }
        }
    }
}
