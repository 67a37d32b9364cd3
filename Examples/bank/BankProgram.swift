import Multitasking
import MultitaskingInMemory

/// Looks for the bank's mistake, has it again, and shows that the other bank does not have it.
@main struct BankProgram {
    static func main() throws {
        print("On processes the balance is", try withProcessPoolExecutor(maxWorkers: 2) { try carelessBank($0) })
        do {
            try Simulation.explore(seeds: 0..<200) {
                try Simulation.require(try carelessBank($0) == 20, "money is lost")
            }
            print("No mistake was found.")
        } catch let failure as ScheduleFailure {
            print(failure)
            try replayOften(failure.replay, times: 100)
        }
        try proveCarefulBank(seeds: 10_000)
    }

    static func replayOften(_ string: String, times: Int) throws {
        var failures = 0
        for _ in 0..<times {
            do {
                try Simulation.replay(string) { try Simulation.require(try carelessBank($0) == 20, "money is lost") }
            } catch is ScheduleFailure {
                failures += 1
            }
        }
        print("Replayed \(times) times: it failed \(failures) times")
    }

    static func proveCarefulBank(seeds: UInt64) throws {
        let start = ContinuousClock.now
        let tried = try Simulation.explore(seeds: 0..<seeds) {
            try Simulation.require(try carefulBank($0) == 20, "money is lost")
        }
        print(
            "The careful bank is right in \(tried.schedules) courses of events: \(tried.steps) steps,",
            ContinuousClock.now - start)
    }
}
