import Glibc
import Testing

@testable import MultitaskingSystem

@Suite
struct ProcessorTimeTests {
    private func isWanted(_ contents: [String: String]) throws -> Bool {
        let system = try FakeSystem(contents)
        return withExtendedLifetime(system) {
            ProcessorTime.isWanted(by: 7, files: SystemFiles(root: system.root))
        }
    }

    @Test
    func processWithAThreadThatRuns_wantsACore() throws {
        let sleeps = ["/proc/7/task/7/stat": "", "/proc/7/stat": "7 (a (R) b) S 1 7"]
        #expect(try !isWanted(sleeps))
        let runs = ["/proc/7/task/8/stat": "", "/proc/8/stat": "8 (c) R 1 7"]
        #expect(try isWanted(sleeps.merging(runs) { $1 }))
    }

    @Test
    func thisProcess_wantsACore() {
        let time = ProcessorTime(of: getpid())
        #expect(time.nanoseconds > 0)
        #expect(time.isWanted)
    }

    @Test
    func processThatDoesNotExist_hasHadNothing() {
        // Beyond the most that Linux numbers.
        let time = ProcessorTime(of: 1 << 22 + 1)
        #expect(time.nanoseconds == 0)
        #expect(!time.isWanted)
    }
}
