import Multitasking
import Testing

extension Facade {
    @Suite struct ContextTests {
        @Test(arguments: PoolKind.allCases)
        func workersReadTheSessionsQueueUntilCancelled(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 2) { manager in
                let session = try manager.session()
                for index in 0..<2 { try session.submit("worker-\(index)", multiply, scopes: .session, 10) }
                for number in 0..<100 { #expect(try session.context.writeInput(number)) }
                var outputs: [Int] = []
                try waitUntil {
                    outputs += try session.context.readOutputUntilEmpty(as: Int.self)
                    return outputs.count == 100
                }
                try session.cancelAll()
                #expect(outputs.sorted() == (0..<100).map { $0 * 10 })
                var read = 0
                for (_, result) in try session.results() where !result.isCancelled {
                    read += try result.get(as: Int.self)
                }
                #expect(read == 100)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func tasksOfScopePerTaskDoNotShare(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 2) { manager in
                let session = try manager.session()
                    .submit("a", multiply, scopes: .perTask, 2).submit("b", multiply, scopes: .perTask, 3)
                for name in ["a", "b"] { try session.task(named: name)!.writeInput(7) }
                #expect(try session.task(named: "a")!.readOutput(as: Int.self, wait: .upTo(.seconds(20))) == 14)
                #expect(try session.task(named: "b")!.context.readOutput(wait: .upTo(.seconds(20))) == 21)
                try session.task(named: "a")!.context.setCancelEvent()
                #expect(try session.task(named: "a")!.result(timeout: .seconds(20)).get() == 1)
                #expect(try !session.task(named: "b")!.isDone)
                #expect(try !session.context.isCancelEventSet)
                try session.cancelAll()
            }
        }

        @Test(arguments: PoolKind.allCases)
        func theTasksOfADroppedSessionGoOn(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 2) { manager in
                var session: TaskSession? = try manager.session().submit("t", multiply, scopes: .session, 2)
                let context = try #require(try session?.context)
                session = nil
                try context.writeInput(4)
                #expect(try context.readOutput(wait: .upTo(.seconds(20))) == 8)
                try context.setCancelEvent()
            }
        }

        @Test(arguments: PoolKind.allCases)
        func tasksOfScopeGlobalShareAcrossSessions(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 2, withGlobals: true) { manager in
                let sessions = try (0..<2).map { try manager.session().submit("t\($0)", multiply, scopes: .global, 5) }
                for number in 1...10 { try manager.context.writeInput(number) }
                var outputs: [Int] = []
                try waitUntil {
                    outputs += try manager.context.readOutputUntilEmpty(as: Int.self)
                    return outputs.count == 10
                }
                #expect(outputs.reduce(0, +) == 275)
                try manager.context.setCancelEvent()
                for session in sessions { #expect(try session.waitForAll(timeout: .seconds(20)).notDone.isEmpty) }
                #expect(try manager.context.isCancelled && manager.context.isCancelEventSet)
                try manager.context.clearCancelEvent()
                #expect(!manager.context.isCancelled)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aTaskSeesExactlyWhatItsScopesGive(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                let table: [(Scopes, [Bool])] = [
                    (.null, [false, false, false]), (.session, [true, true, true]), (.perTask, [true, true, true]),
                    (Scopes(inputQueue: .perTask), [true, false, false]),
                    (Scopes(outputQueue: .session), [false, true, false]),
                    (Scopes(cancelEvent: .perTask), [false, false, true]),
                ]
                for (index, row) in table.enumerated() { try session.submit("t\(index)", scopesOf, scopes: row.0) }
                for ((_, result), row) in zip(try session.results(), table) {
                    #expect(try result.get(as: [Bool].self) == row.1)
                }
                for (task, row) in zip(try session.tasks, table) {
                    #expect([task.hasInputQueue, task.context.hasOutputQueue, task.hasCancelEvent] == row.1)
                }
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aScopeWithoutItsObjectThrowsAndSaysWhatToDo(_ pool: PoolKind) throws {
            try pool.run { manager in
                let bare = try manager.session(
                    inputQueue: false, outputQueue: false, cancelEvent: false, inputQueueLock: false,
                    outputQueueLock: false)
                let scopes: [(String, WritableKeyPath<Scopes, Scope>)] = [
                    ("inputQueue", \.inputQueue), ("outputQueue", \.outputQueue), ("cancelEvent", \.cancelEvent),
                    ("outputQueueLock", \.outputQueueLock),
                ]
                for (name, path) in scopes {
                    for (scope, advice) in [
                        (Scope.session, "\(name): true"),
                        (.global, "global\(name.prefix(1).uppercased())\(name.dropFirst()): true"),
                    ] {
                        var wanted = Scopes.null
                        wanted[keyPath: path] = scope
                        let message = expectError(.noSuchObject) { try bare.submit("t", double, scopes: wanted, 1) }
                        #expect(message.contains(advice))
                    }
                    var perTask = Scopes.null
                    perTask[keyPath: path] = .perTask
                    try bare.submit(name, double, scopes: perTask, 1)
                }
                #expect(try bare.results().values.allSatisfy(\.isSuccessful))
            }
        }

        @Test(arguments: PoolKind.allCases)
        func usingAMissingQueueOrEventThrows(_ pool: PoolKind) throws {
            try pool.run { manager in
                #expect(!manager.context.hasInputQueue && !manager.context.hasOutputQueue)
                expectError(.noSuchObject) { try manager.context.writeInput(1) }
                expectError(.noSuchObject) { try manager.context.readInput(as: Int.self) }
                expectError(.noSuchObject) { try manager.context.readInputUntilEmpty(as: Int.self) }
                expectError(.noSuchObject) { try manager.context.writeOutput(1) }
                expectError(.noSuchObject) { try manager.context.readOutput(as: Int.self) }
                expectError(.noSuchObject) { try manager.context.readOutputUntilEmpty(as: Int.self) }
                expectError(.noSuchObject) { try manager.context.setCancelEvent() }
                expectError(.noSuchObject) { try manager.context.clearCancelEvent() }
                expectError(.noSuchObject) { try manager.context.isCancelEventSet }
                #expect(!manager.context.isCancelled)
                let session = try manager.session().submit("t", write, 1)
                let result = try #require(try session.results()["t"])
                #expect((result.error as? MultitaskingError)?.code == .noSuchObject || result.error is RemoteError)
                let task = try #require(try session.task(named: "t"))
                expectError(.noSuchObject) { try task.writeInput(1) }
                expectError(.noSuchObject) { try task.readOutput(as: Int.self) }
                expectError(.noSuchObject) { try task.context.setCancelEvent() }
                task.cancel()
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aFullQueueRefusesAndAnEmptyOneGivesNil(_ pool: PoolKind) throws {
            try pool.run { manager in
                let context = try manager.session(inputQueueSize: 2, outputQueueSize: 1).context
                #expect(try context.readInput(as: Int.self) == nil)
                #expect(try context.readOutput(as: Int.self, wait: .upTo(.milliseconds(10))) == nil)
                #expect(try context.writeInput(1) && context.writeInput(2))
                #expect(try !context.writeInput(3))
                #expect(try !context.writeInput(3, wait: .upTo(.milliseconds(10))))
                #expect(try context.writeOutput(1))
                #expect(try !context.writeOutput(2))
                #expect(try context.readInputUntilEmpty(as: Int.self) == [1, 2])
                #expect(try context.readInputUntilEmpty(as: Int.self, wait: .upTo(.milliseconds(5))) == [])
            }
        }

        @Test(arguments: PoolKind.allCases)
        func perTaskQueuesHaveTheSessionsSizes(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session(inputQueueSize: 1).submit("t", double, scopes: .perTask, 1)
                let task = try #require(try session.task(named: "t"))
                #expect(try task.writeInput(1) && !task.writeInput(2))
            }
        }

        @Test(arguments: PoolKind.allCases)
        func drainingKeepsWhatCameBeforeAnElementOfAnotherType(_ pool: PoolKind) throws {
            try pool.run { manager in
                let context = try manager.session().context
                try context.writeOutput(1)
                try context.writeOutput(2)
                try context.writeOutput("three")
                #expect(try context.readOutputUntilEmpty(as: Int.self) == [1, 2])
                expectError(.wrongType) { try context.readOutputUntilEmpty(as: Int.self) }
                #expect(try context.readOutput() == "three")
            }
        }

        @Test(arguments: PoolKind.allCases)
        func drainingWithALimitKeepsWhatCameBeforeAnElementOfAnotherType(_ pool: PoolKind) throws {
            try pool.run { manager in
                let context = try manager.session().context
                let wait = WaitLimit.upTo(.milliseconds(5))
                try context.writeOutput(contentsOf: 0..<300)
                try context.writeOutput("last")
                #expect(try context.readOutputUntilEmpty(as: Int.self, wait: wait) == Array(0..<300))
                expectError(.wrongType) { try context.readOutputUntilEmpty(as: Int.self, wait: wait) }
                #expect(try context.readOutput() == "last")
            }
        }

        @Test(arguments: PoolKind.allCases)
        func drainingAsynchronouslyKeepsWhatCameBeforeAnElementOfAnotherType(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let context = try manager.session().context
                let wait = WaitLimit.upTo(.milliseconds(5))
                try await context.writeOutput(contentsOf: [1, 2])
                try await context.writeOutput("three")
                let taken = try await context.readOutputUntilEmpty(as: Int.self, wait: wait)
                #expect(taken == [1, 2])
                await #expect(throws: MultitaskingError.self) {
                    try await context.readOutputUntilEmpty(as: Int.self, wait: wait)
                }
                let text: String? = try await context.readOutput()
                #expect(text == "three")
            }
        }

        @Test(arguments: [PoolKind.processes, .inMemory])
        func drainingWithALimitKeepsWhatCameBeforeAnElementThatCannotBeDecoded(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                func drain() throws -> [Int] {
                    try session.context.readOutputUntilEmpty(as: PickyElement.self, wait: .upTo(.milliseconds(5)))
                        .map(\.number)
                }
                for number in 0..<3 {
                    try session.context.writeOutput(PickyElement(number: number, isDecodable: number != 1))
                }
                var numbers = try drain()
                #expect(numbers.first == 0)
                #expect(throws: (any Error).self) { try drain() }
                numbers += try drain()
                #expect(numbers == [0, 2])
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aCancelledReaderReturnsWhatItHasTaken(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let context = try manager.session().context
                let reader = Task {
                    try await context.readOutputUntilEmpty(as: Int.self, wait: .forever, taskDone: true)
                }
                let isTaken = try await context.writeOutput(1, wait: .upTo(.seconds(20)), join: true)
                #expect(isTaken)
                reader.cancel()
                let taken = try await reader.value
                #expect(taken == [1])
            }
        }

        @Test(arguments: PoolKind.allCases)
        func writingWithJoinReturnsOnlyWhenTheElementIsDone(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let session = try manager.session().submit("t", scopes: .session) { (context: TaskContext) throws in
                    while !context.isCancelled { pause() }
                    _ = try context.readInput(as: Int.self, wait: .forever, taskDone: true)
                }
                let context = try session.context
                let hasJoined = Flag()
                let writer = Task {
                    let written = try await context.writeInput(1, join: true)
                    hasJoined.set()
                    return written
                }
                let early = try await session.waitForAll(timeout: .milliseconds(30))
                #expect(early.done.isEmpty && !hasJoined.isSet)
                try context.setCancelEvent()
                let written = try await writer.value
                #expect(written && hasJoined.isSet)
                try await session.waitForAll()
            }
        }

        @Test func elementsThatAreNotCodableCrossThreads() throws {
            final class Box: Sendable { let value = 5 }
            try withThreadPoolExecutor(maxWorkers: 1) { manager in
                let session = try manager.session()
                    .submit("t", scopes: .session) { (context: TaskContext) throws -> Int in
                        let box = try context.readInput(as: Box.self, wait: .forever)
                        try context.writeOutput(Box())
                        return box?.value ?? 0
                    }
                try session.context.writeInput(Box())
                #expect(try session.results()["t"]!.get() == 5)
                #expect(try session.context.readOutputUntilEmpty(as: Box.self).map(\.value) == [5])
            }
        }

        @Test func elementsThatAreNotCodableDoNotCrossProcesses() throws {
            final class Box: Sendable {}
            try PoolKind.processes.run { manager in
                let context = try manager.session().context
                let message = expectError(.notCodable) { try context.writeInput(Box()) }
                #expect(message.contains("Box") && message.contains("withThreadPoolExecutor"))
                expectError(.notCodable) { try context.readOutput(as: Box.self) }
                expectError(.notCodable) { try context.readOutputUntilEmpty(as: Box.self) }
            }
        }

        @Test(arguments: PoolKind.allCases)
        func theAsynchronousTwinsReadAndWrite(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let session = try manager.session(inputQueueSize: 4).submit("w", multiply, scopes: .session, 3)
                let context = try session.context
                for number in 0..<20 {
                    let written = try await context.writeInput(number, wait: .upTo(.seconds(20)))
                    #expect(written)
                }
                var outputs: [Int] = []
                while outputs.count < 20 {
                    if let first = try await context.readOutput(as: Int.self, wait: .upTo(.seconds(20))) {
                        outputs.append(first)
                    }
                    outputs += try await context.readOutputUntilEmpty(as: Int.self)
                }
                #expect(outputs == (0..<20).map { $0 * 3 })
                try session.cancelAll()
                try await session.waitForAll()
                try await context.writeInput(1)
                try await context.writeInput(2)
                let rest = try await context.readInputUntilEmpty(as: Int.self, wait: .upTo(.milliseconds(5)))
                #expect(rest == [1, 2])
                try await context.writeOutput("x")
                let text: String? = try await context.readOutput()
                #expect(text == "x")
            }
        }

        @Test func aContextIsNotDecodedOutsideOfAWorker() {
            struct Empty: Decoder {
                var codingPath: [any CodingKey] { [] }
                var userInfo: [CodingUserInfoKey: Any] { [:] }
                func container<Key>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> { throw end }
                func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw end }
                func singleValueContainer() throws -> any SingleValueDecodingContainer { throw end }
                var end: Refused { Refused(reason: "empty") }
            }
            let message = expectError(.noSuchObject) { try TaskContext(from: Empty()) }
            #expect(message.contains("worker"))
        }
    }
}
