import MultitaskingConformance
import MultitaskingCore
import Testing

/// The kit itself: it must see what is broken, and nothing where nothing is.
@Suite(.serialized)
struct BrokenBackendTests {
    @Test(arguments: FaultInCase.all)
    func everyFaultIsCaughtByTheCasesThatAreMeantForIt(_ each: FaultInCase) async throws {
        let (fault, symptom) = (each.fault, each.symptom)
        let conformanceCase = try #require(Conformance.conformanceCase(named: symptom.caseName))
        var failures: [ConformanceFailure] = []
        func isCaught() -> Bool { failures.contains { $0.kind == symptom.kind && $0.message.contains(symptom.sign) } }
        // Some faults show only if one thread sleeps before another one comes, which is not so each time.
        for _ in 0..<30 where !isCaught() {
            let backend = FaultyBackend(fault, patience: .milliseconds(500))
            defer { backend.harm.undo() }
            failures = await conformanceCase.evaluate(on: backend)
        }
        #expect(isCaught(), "\(symptom.caseName) found \(failures.map(\.description)) in a backend that \(fault)")
        let name = FaultyBackend(fault, patience: .zero).name
        #expect(failures.allSatisfy { $0.caseName == symptom.caseName && $0.backend == name && !$0.duty.isEmpty })
    }

    /// Each fault is caught by the case that is meant for it, and not because the wrapper breaks everything.
    @Test(arguments: Conformance.cases(for: ThreadBackend()))
    func theUnbrokenWrapperPasses(_ conformanceCase: ConformanceCase) async throws {
        try await conformanceCase.run(on: FaultyBackend(nil, patience: .seconds(20)))
    }

    /// What passes on this machine passes on a cluster, whose calls take a while.
    ///
    /// Left out, for their time alone: the histories and the streams of thousands of calls.
    @Test(arguments: Conformance.cases(for: ThreadBackend()).filter(isShortWithDelays))
    func aBackendWhoseCallsTakeTwoMillisecondsPasses(_ conformanceCase: ConformanceCase) async throws {
        let backend = FaultyBackend(nil, patience: .seconds(20), delay: .milliseconds(2))
        try await conformanceCase.run(on: backend)
    }

    private static func isShortWithDelays(_ conformanceCase: ConformanceCase) -> Bool {
        let subjects = [
            "outcome", "order", "future", "wait", "dependent", "cancel", "environment", "signal", "shutdown",
        ]
        guard conformanceCase.omission(by: ThreadBackend()) == nil else { return false }
        return subjects.contains { conformanceCase.name.hasPrefix($0 + ".") }
    }

    @Test func runRecordsABreachAsAnIssue() async throws {
        let conformanceCase = try #require(Conformance.conformanceCase(named: "channel.capacityIsKept"))
        try await withKnownIssue {
            try await conformanceCase.run(on: FaultyBackend(.exceedsCapacity, patience: .seconds(1)))
        } matching: { issue in
            (issue.error as? ConformanceFailure)?.duty == "ChannelOptions.capacity"
        }
    }

    @Test func aSeedGivesTheSameShortenedHistory() async throws {
        let conformanceCase = try #require(
            Conformance.conformanceCase(named: "history.ofTheParentIsThatOfAQueue"))
        var messages: Set<String> = []
        for _ in 0..<3 {
            let failures = await conformanceCase.evaluate(
                on: FaultyBackend(.exceedsCapacity, patience: .seconds(5)), seed: 7)
            #expect(failures.count == 1)
            messages.formUnion(failures.map(\.message))
        }
        let message = try #require(messages.first)
        #expect(messages.count == 1, "\(messages)")
        #expect(message.contains("seed 7"))
        // As many sends as fit, and the one too many.
        #expect(message.contains("→ expected false, came true"), "\(message)")
    }
}
