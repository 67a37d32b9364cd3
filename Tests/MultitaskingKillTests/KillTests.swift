// Without the modules' internals, `kill-harness` is an empty program.
#if DEBUG || TESTABLE
    import Foundation
    import MultitaskingTestPrograms
    import Testing

    /// Kills a member of a process pool wherever it can make a difference; the work is done by `kill-harness`, beside
    /// this.
    @Suite(.serialized)
    struct KillTests {
        /// Each is traced by one process, so that several go on beside each other.
        @Test("A member killed before any of its writes to shared memory leaves a whole pool")
        func killedAtEveryWrite() async throws {
            var waiting = [
                "send", "receive", "close", "redeliver", "allocate", "free", "task", "report", "share", "record",
                "select", "rendezvous", "bytes",
            ][...]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                    guard let operation = waiting.popFirst() else { break }
                    group.addTask { try expectPass(["writes", operation]) }
                }
                while try await group.next() != nil {
                    guard let operation = waiting.popFirst() else { continue }
                    group.addTask { try expectPass(["writes", operation]) }
                }
            }
        }

        @Test("A member stopped before any of its writes hides nothing from others and keeps nobody out")
        func stoppedAtEveryWrite() throws { try expectPass(["stop"]) }

        @Test("A member killed after any of its instructions leaves a whole pool")
        func killedAfterAnyInstruction() throws {
            let seed = UInt64.random(in: 1...1_000_000)
            // No task: it looks at the clock several times, which takes more instructions now and then, so that hardly
            // two take the same way. `killedAtEveryWrite` has them.
            let paths = [
                "send-inline", "send-overtaken-inline", "receive-inline", "close", "allocate-small", "free-own",
            ]
            // A failure prints this command line.
            try expectPass(["every", "3", String(seed)] + paths)
        }

        @Test("A supervisor killed while it settles a death leaves a pool that its successor makes whole")
        func supervisorKilledWhileItSettlesADeath() throws {
            let seed = UInt64.random(in: 1...1_000_000)
            // A failure prints this command line.
            try expectPass(["supervisor", "16", String(seed)])
        }

        private func expectPass(_ arguments: [String]) throws {
            let run = try TestProgram("kill-harness").run(arguments)
            #expect(run.isSuccessful, "kill-harness \(arguments.joined(separator: " ")):\n\(run.output)")
            print(run.output)
        }
    }
#endif
