// Runs cases of the conformance kit on a cluster, and prints one line for each.
//
//     ray-harness kit --fake Tests/Ray/fake_driver.py [case…]
//     ray-harness kit --address 10.0.0.1:6379 --python .venv/bin/python [--ship] [--seed 7] [case…]
//     ray-harness faults --address … (see Faults.swift)
//     ray-harness bench --address … (see Bench.swift)
//     ray-harness lines --fake … (see Lines.swift)
//
// A case is a name, or how names begin. Exits with 1 if one has failed.

import Glibc
import MultitaskingConformance
import MultitaskingCore
import MultitaskingRay

/// The words of the command line that are not read yet.
struct Words {
    private(set) var rest = CommandLine.arguments.dropFirst()

    mutating func option(_ name: String) -> String? {
        guard let index = rest.firstIndex(of: name), index + 1 < rest.endIndex else { return nil }
        defer { rest.removeSubrange(index...index + 1) }
        return rest[index + 1]
    }

    mutating func flag(_ name: String) -> Bool {
        guard let index = rest.firstIndex(of: name) else { return false }
        rest.remove(at: index)
        return true
    }
}

@main
struct RayHarness {
    static func main() async throws {
        var words = Words()
        let fake = words.option("--fake")
        let address = words.option("--address")
        let seed = words.option("--seed").flatMap(UInt64.init) ?? 7
        let python = words.option("--python") ?? "python3"
        var options = RayOptions(shipsExecutable: words.flag("--ship"), python: python)
        if words.flag("--spread") { options.placement = .spread }
        options.executable = words.option("--executable")
        if let fake { options = .fake(driver: fake, python: python) }
        let command = words.rest.first
        if command == "bench-processes" { return try await runProcessBench() }
        guard ["kit", "faults", "bench", "lines"].contains(command), fake != nil || address != nil else {
            say("usage: ray-harness kit (--fake DRIVER | --address HOST:PORT) [--python P] [--ship] [--seed N] [case…]")
            exit(2)
        }
        let cluster = try await RayCluster.connect(to: address, options: options)
        var isPassed = true
        switch command {
        case "bench": try await runBench(on: cluster, options)
        case "lines": try await runLines(on: cluster)
        case "faults": try await runFaults(on: cluster, &words)
        default: isPassed = await runKit(on: cluster, seed, Array(words.rest.dropFirst()))
        }
        cluster.close()
        exit(isPassed ? 0 : 1)
    }

    private static func runKit(on cluster: RayCluster, _ seed: UInt64, _ wanted: [String]) async -> Bool {
        let backend = RayBackend(name: "MultitaskingRay", cluster: cluster)
        var counts = (passed: 0, failed: 0, omitted: 0)
        for each in Conformance.allCases where wanted.isEmpty || wanted.contains(where: { each.name.hasPrefix($0) }) {
            if let omission = each.omission(by: backend) {
                counts.omitted += 1
                say("omitted \(each.name): \(omission.reason)")
                continue
            }
            let start = ContinuousClock.now
            let failures = await each.evaluate(on: backend, seed: seed)
            let time = ContinuousClock.now - start
            if failures.isEmpty { counts.passed += 1 } else { counts.failed += 1 }
            say("\(failures.isEmpty ? "passed" : "FAILED") \(each.name) \(time)")
            for failure in failures.prefix(3) { say("    \(failure)") }
        }
        say("\(counts.passed) passed, \(counts.failed) failed, \(counts.omitted) omitted")
        return counts.failed == 0
    }

    private static func say(_ text: String) {
        print(text)
        _ = fflush(nil)
    }
}
