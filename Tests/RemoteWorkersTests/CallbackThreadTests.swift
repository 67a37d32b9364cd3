import Foundation
import MultitaskingCore
@testable import RemoteWorkers
import Synchronization
import Testing

/// A thread that another one holds.
private final class Holder: Sendable {
    let thread = Mutex<JoinableThread?>(nil)
    let isHeld = Latch()

    /// Starts a thread that is joined by itself.
    func start() throws {
        let thread = try JoinableThread(name: "own joiner") { [self] in
            _ = isHeld.wait(.forever)
            self.thread.withLock { $0.take() }?.join()
        }
        self.thread.withLock { $0 = thread }
        isHeld.open()
    }
}

@Suite(.serialized) struct CallbackThreadTests {
    private func threads(named name: String) -> Int {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.count { task in
            let found = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
            return found == name + "\n"
        }
    }

    private var mappings: Int {
        get throws { try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n").count }
    }

    private func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while try !condition() {
            guard ContinuousClock.now < deadline else { return false }
            usleep(1000)
        }
        return true
    }

    @Test func threadThatNobodyHolds_endsWhenItHasCalledEverything() throws {
        let before = threads(named: "callbacks")
        let calls = Atomic<Int>(0)
        for _ in 0..<20 {
            let thread = try CallbackThread()
            thread.call { calls.add(1, ordering: .relaxed) }
        }
        #expect(eventually { threads(named: "callbacks") == before && calls.load(ordering: .relaxed) == 20 })
    }

    @Test func threadThatJoinsItself_leavesNothing() throws {
        let before = try mappings
        for _ in 0..<200 { try Holder().start() }
        #expect(eventually { threads(named: "own joiner") == 0 })
        // Each stack has two mappings; some are kept for other threads.
        #expect(try eventually { try mappings < before + 200 })
    }
}
