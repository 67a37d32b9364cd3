// Without the modules' internals, `kill-harness` is an empty program.
#if DEBUG || TESTABLE
    import Foundation
    import MultitaskingTestPrograms
    import Testing

    /// Kills a member of a process pool wherever it can make a difference; the work is done by `kill-harness`, beside
    /// this.
    @Suite(.serialized)
    struct KillTests {
        @Test("A member killed before any of its writes to shared memory leaves a whole pool")
        func killedAtEveryWrite() async throws {
            try await expectPasses(of: operations().map { ["writes", $0] })
        }

        @Test("A member stopped before any of its writes hides nothing from others and keeps nobody out")
        func stoppedAtEveryWrite() throws { try expectPass(["stop"]) }

        @Test("A member killed after any of its instructions leaves a whole pool")
        func killedAfterAnyInstruction() async throws {
            let seed = UInt64.random(in: 1...1_000_000)
            // No task: it looks at the clock several times, which takes more instructions now and then, so that hardly
            // two take the same way. `killedAtEveryWrite` has them.
            let paths = [
                "send-inline", "send-overtaken-inline", "receive-inline", "close", "allocate-small", "free-own",
            ]
            try await expectPasses(of: paths.map { ["every", "3", String(seed), $0] })
        }

        @Test("A supervisor killed while it settles a death leaves a pool that its successor makes whole")
        func supervisorKilledWhileItSettlesADeath() async throws {
            let seed = UInt64.random(in: 1...1_000_000)
            try await expectPasses(of: operations().map { ["supervisor", "16", String(seed), $0] })
        }

        /// What the names of the harness's scenarios begin with: `send`, `task` and so on; that with most of them
        /// first, so that none is long under way when the others have ended.
        private func operations() throws -> [String] {
            let names = try TestProgram("kill-harness").run(["list"]).output.split(separator: "\n")
            let scenarios = Dictionary(grouping: names) { name in String(name.prefix { $0 != "-" }) }
            try #require(scenarios.count > 10)
            return scenarios.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map(\.key)
        }

        /// Runs the harness with each of these arguments. Each run is traced by one process, so that several go on
        /// beside each other.
        private func expectPasses(of runs: [[String]]) async throws {
            var waiting = runs[...]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                    guard let arguments = waiting.popFirst() else { break }
                    group.addTask { try expectPass(arguments) }
                }
                while try await group.next() != nil {
                    guard let arguments = waiting.popFirst() else { continue }
                    group.addTask { try expectPass(arguments) }
                }
            }
        }

        private func expectPass(_ arguments: [String]) throws {
            let run = try TestProgram("kill-harness").run(arguments)
            #expect(run.isSuccessful, "kill-harness \(arguments.joined(separator: " ")):\n\(run.output)")
            print(run.output)
        }
    }
#endif
