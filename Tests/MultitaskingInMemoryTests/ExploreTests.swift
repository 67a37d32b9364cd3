import Multitasking
import MultitaskingInMemory
import Testing

@testable import bank

/// A program with a planted mistake, and the same program without it: `Examples/bank`.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ExploreTests {
    private func testCarelessBank(_ manager: TaskManager) throws {
        let balance = try carelessBank(manager)
        try Simulation.require(balance == 20, "money is lost: \(balance)")
    }

    private func testCarefulBank(_ manager: TaskManager) throws {
        let balance = try carefulBank(manager)
        try Simulation.require(balance == 20, "money is lost: \(balance)")
    }

    /// The failure that exploring finds.
    private func failure(_ body: () throws -> Exploration) throws -> ScheduleFailure {
        do {
            let tried = try body()
            Issue.record("no failure was found: \(tried)")
        } catch let failure as ScheduleFailure { return failure }
        throw Refused(reason: "no failure")
    }

    @Test func aLostUpdateIsFoundWithin200SeedsAndReplays100Times() throws {
        let failure = try failure { try Simulation.explore(seeds: 0..<200, testCarelessBank) }
        #expect(failure.passed < 200 && failure.seed != nil)
        #expect(failure.error as? RequirementFailure == RequirementFailure("money is lost: 10"))
        #expect(failure.description.contains(failure.replay) && failure.description.contains("worker 1"))
        for _ in 0..<100 {
            do {
                try Simulation.replay(failure.replay, testCarelessBank)
                Issue.record("the replay did not fail")
            } catch let again as ScheduleFailure {
                #expect(again.trace == failure.trace)
                #expect(again.replay == failure.replay)
            }
        }
    }

    @Test func theCorrectedProgramPassesTenThousandSeeds() throws {
        let tried = try Simulation.explore(seeds: 0..<10_000, testCarefulBank)
        #expect(tried.schedules == 10_000 && !tried.isComplete)
    }

    @Test func onePreemptionIsEnoughToLoseAnUpdateAndNoneIsNot() throws {
        let failure = try failure { try Simulation.exploreAll(preemptions: 1, testCarelessBank) }
        #expect(failure.seed == nil)
        #expect(throws: ScheduleFailure.self) { try Simulation.replay(failure.replay, testCarelessBank) }
    }

    @Test func allCoursesOfASmallProgramAreTried() throws {
        // Two tasks that only return, and a parent that waits for them: few courses, and all of them right.
        let tried = try Simulation.exploreAll(preemptions: 3) { manager in
            let results = try manager.map("t", double, 1...2).results()
            try Simulation.require(results.values.allSatisfy(\.isSuccessful))
        }
        #expect(tried.isComplete && tried.schedules > 1)
        let more = try Simulation.exploreAll(preemptions: 4) { manager in
            _ = try manager.map("t", double, 1...2).results()
        }
        #expect(more.isComplete && more.schedules >= tried.schedules)
        let few = try Simulation.exploreAll(limit: 2) { _ = try $0.map("t", double, 1...2).results() }
        #expect(few.schedules == 2 && !few.isComplete)
    }

    @Test func noSeeds_areRefused_asNothingWouldBeTried() {
        let error = #expect(throws: MultitaskingError.self) { try Simulation.explore(seeds: 5..<5) { _ in } }
        #expect(error?.code == .invalidArgument)
    }

    @Test func exploringAllCourses_hasNoRandomFaults() throws {
        let options = InMemoryOptions(faults: FaultPlan(chances: FaultChances(crashBeforeStart: 0.5)))
        let tried = try Simulation.exploreAll(preemptions: 2, options: options) { manager in
            _ = try manager.map("t", double, 1...2).results()
        }
        let faultless = try Simulation.exploreAll(preemptions: 2) { manager in
            _ = try manager.map("t", double, 1...2).results()
        }
        #expect(tried.isComplete && tried.schedules == faultless.schedules)
    }

    @Test func theReplayStringHoldsTheFaultsToo() throws {
        let options = InMemoryOptions(faults: FaultPlan(chances: FaultChances(crashAtSwitchPoint: 0.1)))
        let failure = try failure {
            try Simulation.explore(seeds: 0..<1_000, options: options) { manager in
                for result in try manager.map("t", double, 1...3).results().values { _ = try result.get(as: Int.self) }
            }
        }
        let code = (failure.error as? MultitaskingError)?.code
        #expect(code == .workerCrashed || code == .workerExited)
        // Without the plan: the string has all that is needed.
        #expect(throws: ScheduleFailure.self) {
            try Simulation.replay(failure.replay) { manager in
                for result in try manager.map("t", double, 1...3).results().values { _ = try result.get(as: Int.self) }
            }
        }
        #expect(failure.replay.utf8.count < 40, "\(failure.replay)")
    }

    @Test func aDeadlockIsAFailure() throws {
        let failure = try failure {
            try Simulation.explore(seeds: 0..<10) { manager in
                _ = try manager.session().submit("t", waitForInput, scopes: .session).waitForAll()
            }
        }
        #expect((failure.error as? MultitaskingError)?.code == .deadlock)
    }

    @Test func aPoolWithoutAManagerIsExploredAsWell() throws {
        let tried = try InMemoryPool.explore(seeds: 0..<50) { pool in
            let value = try pool.submit(double, 2).value()
            try Simulation.require(value == 4)
        }
        #expect(tried.schedules == 50)
    }

    @Test(arguments: ["", "x", "040j2a", "zzzzzzzzzzzz", "040j2a9", "o", "👍"])
    func aStringThatIsNoReplayIsRefused(_ string: String) throws {
        #expect { try Schedule.replay(string) } throws: { ($0 as? MultitaskingError)?.code == .invalidArgument }
    }
}
