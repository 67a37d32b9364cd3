import Foundation
import Testing

/// Tests of the process pool with real processes that really die.
///
/// Each runs in a process of its own, `pool-harness`, which is single-threaded, so that both ways to start a pool can
/// be tried, and which may be killed. What is checked is in the scenario of that name; after each one there must be no
/// child, no process, no descriptor, no thread and no block more than before.
@Suite(.serialized)
struct PoolTests {
    static let methods = ["fork", "spawn"]

    @Test(
        arguments: [
            "submit-shapes", "submit-errors", "submit-invalid-arguments", "submit-order", "submit-many-leave-nothing",
            "submit-dropped-futures", "submit-dropped-results", "submit-async-futures",
        ])
    func submitting(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "matrix-decoding-arguments", "matrix-running", "matrix-encoding-result", "matrix-after-result",
            "matrix-in-client", "matrix-large-at-once", "matrix-races", "crash-throw-in-coding", "crash-others-go-on",
            "crash-errors-are-cheap", "crash-thread-ended",
        ])
    func crashing(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(arguments: methods)
    func workersThatWriteOverTheMemory(_ method: String) async throws {
        try await Launcher.expectPass("hostile", method, number: .random(in: 1...1_000_000), within: .seconds(230))
    }

    @Test(arguments: ["hostile-call-count", "hostile-returned-slot"], methods)
    func wordsOfWorkersThatAreDamaged(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method)
    }

    @Test(arguments: methods)
    func workersThatNameOthersAsMembers(_ method: String) async throws {
        try await Launcher.expectPass("hostile-processes", method)
    }

    /// `make crashes` does this with ten times as many.
    @Test(arguments: methods)
    func manyCrashes(_ method: String) async throws {
        try await Launcher.expectPass("crash-many", method, number: 1000)
    }

    @Test(
        arguments: [
            "shared-array", "shared-value", "shared-made", "shared-lifetime", "shared-stray-write", "shared-deaths",
            "shared-client-forks", "shared-elsewhere", "shared-file", "shared-large", "shared-copies", "shared-sizes",
            "shared-queue", "results-of",
        ])
    func sharedValues(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "output-last-lines", "output-of-copies", "output-prefixed", "output-unchanged", "output-on-a-terminal",
            "output-without-reader", "output-memory-cause", "logs-arrive", "logs-of-copies", "logs-of-all-pools",
            "logs-whose-handler-ends-the-pool",
        ])
    func whatTasksPrint(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "memory-large-payloads", "memory-limit", "memory-result-too-large", "memory-many-sizes",
            "memory-large-at-once", "memory-small-arena", "memory-after-shutdown", "memory-in-core-dumps",
            "memory-of-copies", "memory-of-copies-at-rest",
        ])
    func memory(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario, number: .random(in: 1...1_000_000))
    }

    @Test(
        arguments: [
            "map-values", "map-errors", "map-crash", "map-crash-unknown", "map-cancel", "map-async",
            "map-holds-no-pool",
        ])
    func mapping(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(arguments: ["cancel-queued", "cancel-running", "cancel-races", "cancel-by-many"])
    func cancelling(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario, number: .random(in: 1...1_000_000))
    }

    @Test(
        arguments: [
            "shutdown-drain", "shutdown-cancel-queued", "shutdown-kill", "shutdown-kill-stopped-worker",
            "shutdown-concurrently", "shutdown-during-submits", "shutdown-during-replacement",
            "shutdown-others-still-wait", "shutdown-by-dropping", "shutdown-by-dropping-with-dependents",
            "shutdown-refuses-dependents",
            "shutdown-at-once", "shutdown-kill-initializing", "shutdown-children-ignored", "shutdown-while-encoding",
        ])
    func shuttingDown(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "initializer-runs-once", "initializer-throws", "initializer-crashes", "initializer-exits",
            "initializer-fails-later", "initializer-fails-beside-a-sleeper", "initializer-not-lost",
            "initializer-with-too-much",
        ])
    func initializing(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "channel-order", "channel-bounded", "channel-ledger", "channel-types", "channel-large-messages",
            "channel-close", "channel-join", "channel-dropped", "channel-async", "channel-async-cancellation",
            "channel-many", "channel-gone", "channel-dropped-while-read",
        ])
    func channels(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "redelivery-order", "redelivery-ends", "redelivery-killed", "redelivery-close", "redelivery-copy",
            "redelivery-storm", "channel-bytes", "channel-bytes-ledger", "channel-ends-with-pool",
        ])
    func redeliveryAndBytes(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario, number: .random(in: 1...1_000_000))
    }

    @Test(arguments: ["signal-across-processes", "signal-pulse", "signal-dropped", "signal-many"])
    func signals(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: ["storm-sending", "storm-receiving", "storm-both", "storm-async", "storm-tasks"])
    func workersKilledInAStorm(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario, number: .random(in: 1...1_000_000))
    }

    @Test(
        arguments: [
            "copy-captures", "copy-amid-callbacks", "copy-crashes", "copy-many", "copy-dropped-crashes", "copy-cancel",
            "copy-limit", "copy-shutdown", "copy-kill-storm", "copy-killed-newborn", "copy-slot-reused",
            "copy-cancelled-running", "copy-begun-is-not-late", "copy-late", "copy-refused",
            "copy-refused-after-a-wait", "copy-ended-alone",
            "copy-ends-when-asked", "copy-ends-beside-the-next-task",
        ])
    func copyOnWriteTasks(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario, number: .random(in: 1...1_000_000))
    }

    @Test(
        arguments: [
            "capture-values", "capture-beside-threads", "capture-refused", "capture-policies", "capture-wrapped",
            "capture-crashes", "capture-initializer", "capture-many",
        ])
    func functionsThatCapture(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(arguments: ["fork-busy-threads-before", "fork-busy-threads-after"])
    func datesFormattedWhileTheParentIsBusy(_ scenario: String) async throws {
        try await Launcher.expectPass(scenario, "automatic", number: 5000)
    }

    @Test(
        arguments: [
            "fork-dispatch-used-before", "fork-many-descriptors", "fork-no-standard-descriptors", "fork-method-is-kept",
            "fork-inherited-thread-pool", "fork-inherited-pool", "fork-while-a-dropped-pool-drains",
            "fork-while-a-dropped-pool-is-mended",
            "fork-refused-leaves-nothing", "fork-in-a-task-returns",
        ])
    func forkSafety(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "loss-supervisor", "loss-supervisor-idle", "loss-supervisor-again-and-again",
            "loss-supervisor-watched", "loss-supervisor-newborn", "loss-supervisor-grandchild",
            "loss-supervisor-glances", "loss-idle-workers", "loss-busy-workers",
        ])
    func processesKilledFromOutside(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario, number: .random(in: 1...1_000_000))
    }

    @Test(
        arguments: [
            "deadline-running", "deadline-grace", "deadline-waiting", "deadline-refused", "deadline-spares-next",
            "force-cancel", "force-cancel-races", "retry-cancelled", "retry-crash", "retry-errors", "retry-gives-up",
            "retry-supervisor-killed",
        ])
    func deadlinesAndRetries(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario, number: .random(in: 1...1_000_000))
    }

    @Test(
        arguments: [
            "limit-tasks", "limit-one-task", "limit-tasks-jitter", "limit-age", "limit-memory", "limit-memory-copy",
            "limit-memory-initializer", "limit-memory-supervisor-killed", "limit-idle-memory", "limit-address-space",
            "limit-too-small-to-start",
            "limit-cores", "limit-spin-time", "limit-invalid",
        ])
    func limits(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "elastic-grows-and-shrinks", "elastic-from-none", "elastic-keeps-without-idle-time", "elastic-races",
            "elastic-supervisor-killed", "elastic-shutdown", "elastic-idle-workers-killed",
        ])
    func elasticPools(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario, number: .random(in: 1...1_000_000))
    }

    /// Spawned pools pass the kit in MultitaskingConformanceTests, within a program that has threads.
    @Test func conforming() async throws {
        try await Launcher.expectPass("conformance", "fork")
    }

    @Test(
        arguments: [
            "descendants-of-crashed", "descendants-of-retired", "descendants-that-end", "descendants-at-shutdown",
            "descendants-of-supervisor", "descendants-of-copy", "descendants-of-nested-pool",
        ])
    func whatTasksHaveStarted(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "concurrent-pools", "concurrent-threads", "concurrent-nested", "concurrent-nested-beside-a-watcher",
            "concurrent-callbacks",
            "concurrent-many-callbacks", "concurrent-in-successors", "concurrent-decoding",
        ])
    func concurrency(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "stream-endless", "stream-idle-reader", "stream-left", "stream-crashes", "stream-limits",
            "stream-full-arena", "stream-never-fits",
        ])
    func streams(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "interrupt-graceful", "interrupt-deadline", "interrupt-races", "interrupt-ignored",
            "interrupt-supervisor-killed",
        ])
    func interrupts(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario, number: .random(in: 1...1_000_000))
    }

    /// Ctrl-C where nobody handles it, and the second one where the first was.
    @Test(arguments: ["interrupt-default", "interrupt-twice"], methods)
    func interruptEndsTheProgramAndItsPool(_ scenario: String, _ method: String) async throws {
        let harness = try Launcher.launch(scenario, method)
        defer { try? FileManager.default.removeItem(at: harness.output) }
        let isReady = try await poll { harness.text.contains("ready") }
        #expect(isReady, "the harness did not start: \(harness.text)")
        // To the whole group, as a terminal does.
        kill(-harness.process.processIdentifier, SIGINT)
        if scenario == "interrupt-twice" {
            let isInterrupted = try await poll { harness.text.contains("interrupted") }
            #expect(isInterrupted, "the first interrupt did nothing: \(harness.text)")
            kill(-harness.process.processIdentifier, SIGINT)
        }
        let isGone = try await poll { harness.family.isEmpty }
        #expect(isGone, "processes \(harness.family) outlive their parent")
        harness.killAll()
        harness.process.waitUntilExit()
        #expect(harness.process.terminationReason == .uncaughtSignal && harness.process.terminationStatus == SIGINT)
    }

    @Test(
        arguments: [
            "main-actor-async", "main-actor-sync", "main-actor-copies", "main-actor-locks", "main-actor-crash",
            "main-actor-signals", "main-actor-stack", "main-actor-nested", "main-actor-after-sleep",
        ])
    func mainActorAndMainQueue(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "stop-idle-workers", "stop-in-task", "stop-busy-worker", "stop-again-and-again",
            "stop-supervisor", "stop-supervisor-for-good", "stop-copy", "stop-client", "stop-initializers",
        ])
    func stoppedProcesses(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    /// On a terminal of their own, under a shell.
    @Test(arguments: ["job-stop", "job-tostop"])
    func jobControl(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "hygiene-of-workers", "hygiene-children-stolen", "hygiene-children-spared", "hygiene-exit-handlers",
        ])
    func hygiene(_ scenario: String) async throws {
        try await Launcher.expectPassBothWays(scenario)
    }

    @Test(
        arguments: [
            "resources-address-space", "resources-file-size", "resources-affinity", "resources-cpu-quota",
            "resources-memory-of-group", "resources-locked-memory", "resources-address-space-of-blocks",
        ], methods)
    func lessThanTheMachineHas(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method)
    }

    /// They are run as root, who alone may become another user, hide `/proc` and make control groups.
    @Test(
        arguments: [
            "refused-workers", "refused-some-workers", "refused-supervisor", "refused-first-process", "refused-threads",
            "refused-group", "refused-calls", "refused-descriptors", "refused-descriptors-later", "refused-close-range",
            "refused-proc", "refused-pids", "refused-hidden-processes", "refused-advice-of-signals",
            "refused-workers-asked-about", "refused-descriptors-for-copies", "refused-workers-of-calls",
            "refused-devices", "refused-second-thread", "refused-second-thread-for-now",
            "refused-second-thread-of-copy",
        ], methods)
    func whatTheSystemRefuses(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method)
    }

    /// The same of pools of threads, which know no start method.
    @Test(arguments: ["refused-replacement-thread", "refused-last-thread", "refused-thread-of-resize"])
    func threadsThatTheSystemRefuses(_ scenario: String) async throws {
        try await Launcher.expectPass(scenario, "fork")
    }

    /// `make replacements` does it thousands of times.
    @Test(arguments: methods)
    func replacedWorkersLeaveNothing(_ method: String) async throws {
        try await Launcher.expectPass("replacements-leak-nothing", method, number: 400)
    }

    @Test(arguments: methods)
    func parentKilled(_ method: String) async throws {
        for round in 0..<50 {
            let harness = try Launcher.launch("loss-parent", method, number: round % 2)
            let isReady = try await poll { harness.text.contains("ready") }
            #expect(isReady, "the harness did not start: \(harness.text)")
            // The second worker may be a moment behind the first.
            let isComplete = try await poll { harness.family.count > 3 }
            #expect(isComplete)
            kill(harness.process.processIdentifier, SIGKILL)
            let isGone = try await poll { harness.family.isEmpty }
            #expect(isGone, "processes \(harness.family) outlive their parent")
            harness.killAll()
            harness.process.waitUntilExit()
            try? FileManager.default.removeItem(at: harness.output)
        }
        let shared = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
        #expect(!shared.contains { $0.contains("multitasking") })
    }
}

/// Waits until `condition` holds; false if it does not within 20 seconds.
///
/// The clock goes on while a virtual machine stands still, so the limit is over only after a number of looks as well.
func poll(_ condition: () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    var looks = 0
    while !condition() {
        if looks >= 500, ContinuousClock.now > deadline { return false }
        looks += 1
        try await Task.sleep(for: .milliseconds(2))
    }
    return true
}
