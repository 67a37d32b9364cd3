import Multitasking
import MultitaskingInMemory
import Testing

/// Closures that capture what is at hand, as the scripts of beginners have them. The test program has threads.
@Suite(.serialized)
struct CaptureTests {
    private static let pools = [PoolKind.threads, .processes, .inMemory]
    private let limit = Int.random(in: 20...40)

    @Test("A session's closures use what they capture, with a context and without", arguments: pools)
    func closuresOfASession(_ pool: PoolKind) throws {
        let limit = limit
        let words = ["some", "words that are longer than fifteen bytes \(limit)"]
        try pool.run { manager in
            let session = try manager.session()
                .submit("product", 21) { $0 * limit }
                .submit("word", 1) { words[$0] + "\(limit)" }
                .submit("context", scopes: .session, 2) { (context: TaskContext, number: Int) throws -> Int in
                    context.isCancelled ? 0 : number + limit
                }
            let results = try session.results()
            #expect(try results["product"]?.get(as: Int.self) == 21 * limit)
            #expect(try results["word"]?.get(as: String.self) == words[1] + "\(limit)")
            #expect(try results["context"]?.get(as: Int.self) == 2 + limit)
            session.destroy()
        }
    }

    @Test("The closures of a map use what they capture", arguments: pools)
    func closuresOfAMap(_ pool: PoolKind) throws {
        let limit = limit
        try pool.run { manager in
            let session = try manager.map("task-", [1, 2, 3]) { $0 < limit ? $0 * limit : 0 }
            #expect(try session.results().values.map { try $0.get(as: Int.self) } == [limit, 2 * limit, 3 * limit])
            session.destroy()
        }
    }

    @Test("So they do where everything is asynchronous", arguments: pools)
    func asynchronousProgram(_ pool: PoolKind) async throws {
        let limit = limit
        try await pool.run { manager in
            let session = try manager.session()
                .submit("product", 21) { $0 * limit }
                .submit("later", 1) { (number: Int) async -> Int in
                    await Task.yield()
                    return number + limit
                }
            let results = try await session.results()
            #expect(try results["product"]?.get(as: Int.self) == 21 * limit)
            #expect(try results["later"]?.get(as: Int.self) == 1 + limit)
            session.destroy()
        }
    }
}
