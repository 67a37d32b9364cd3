import MultitaskingCore
import CPtrace
import Glibc

// Kills a member of a process pool at every place where it can make a difference; see `Runner`. A program of its own,
// because the processes it forks must have one thread, and because what is broken may hang or trap.
//
//     kill-harness list                         the scenarios
//     kill-harness writes [scenario …]          kill at every write to shared memory
//     kill-harness every <places> <seed> [scenario …]
//                                               execute one instruction at a time, and kill after so many of those that
//                                               change the shared memory or call the system; 0: after all of them
//     kill-harness stop [scenario …]            stop at every write instead, have others use the channel, and go on
//     kill-harness supervisor <places> <seed> [scenario …]
//                                               kill the supervisor as well while it settles a death, at about so many
//                                               places of each scenario; 0: at all of them
@main
struct KillHarness {
    static func main() {
        #if DEBUG || TESTABLE
            // Whoever launched this may have had signals blocked; here they tell when a traced process stops.
            var none = sigset_t()
            unsafe sigemptyset(&none)
            unsafe sigprocmask(SIG_SETMASK, &none, nil)
            exit(run(Array(CommandLine.arguments.dropFirst())))
        #else
            print(
                "built without the module's internals; use: swift build -c release -Xswiftc -enable-testing -Xswiftc "
                    + "-DTESTABLE"
            )
            exit(2)
        #endif
    }

    #if DEBUG || TESTABLE
        private static func run(_ arguments: [String]) -> Int32 {
            guard pt_is_supported() else {
                print("not supported on this architecture")
                return 0
            }
            var arguments = arguments
            guard let mode = arguments.first else { return 2 }
            arguments.removeFirst()
            var numbers = ["every", "supervisor"].contains(mode) ? [32, 1] : []
            for index in numbers.indices {
                guard let number = arguments.first.flatMap({ Int($0) }) else { break }
                numbers[index] = number
                arguments.removeFirst()
            }
            let scenarios = (mode == "stop" ? Scenario.stopping : Scenario.all).filter { scenario in
                arguments.isEmpty || arguments.contains { scenario.name == $0 || scenario.name.hasPrefix($0 + "-") }
            }
            var isWhole = true
            for scenario in scenarios {
                do {
                    switch mode {
                    case "list": print(scenario.name)
                    case "writes": try report(scenario, &isWhole) { try $0.killAtEveryWrite() }
                    case "stop": try report(scenario, &isWhole) { try $0.stopAtEveryWrite() }
                    case "every", "supervisor":
                        var random = SplitMix64(seed: UInt64(numbers[1]))
                        let count = numbers[0] == 0 ? nil : numbers[0]
                        try report(scenario, &isWhole) { runner in
                            if mode == "every" {
                                try runner.killAtEveryInstruction(count, &random)
                            } else {
                                try runner.killSupervisor(count, &random)
                            }
                        }
                    default: return 2
                    }
                } catch {
                    print("\(scenario.name): \((error as? Broken)?.text ?? "\(error)")")
                    isWhole = false
                }
            }
            return isWhole ? 0 : 1
        }

        private static func report(
            _ scenario: Scenario, _ isWhole: inout Bool, _ body: (Runner) throws -> Void
        ) throws {
            let runner = try Runner(scenario)
            try body(runner)
            let instructions = runner.instructions > 0 ? "\(runner.instructions) instructions, " : ""
            print(
                "\(scenario.name): \(instructions)\(runner.points) places, \(runner.checks) checks, "
                    + "\(runner.failures) failures")
            fflush(nil)
            if runner.failures > 0 { isWhole = false }
        }
    #endif
}
