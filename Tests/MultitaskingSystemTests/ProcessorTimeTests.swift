import Glibc
import MultitaskingSystem
import Testing

@Suite
struct ProcessorTimeTests {
    @Test
    func threadsOfAProcess_areAddedUp() throws {
        let system = try FakeSystem(
            [
                "/proc/7/task/7/schedstat": "2000 300 5\n", "/proc/7/task/8/schedstat": "40 1 1\n",
                "/proc/7/stat": "7 (a (R) b) S 1 7", "/proc/8/stat": "8 (c) R 1 7",
            ])
        let time = withExtendedLifetime(system) { ProcessorTime(of: 7, files: SystemFiles(root: system.root)) }
        #expect(time.nanoseconds == 2040)
        #expect(time.isWanted)
    }

    @Test
    func processThatSleeps_wantsNone() throws {
        let system = try FakeSystem(["/proc/7/task/7/schedstat": "2000 300 5\n", "/proc/7/stat": "7 (R) S 1 7"])
        let time = withExtendedLifetime(system) { ProcessorTime(of: 7, files: SystemFiles(root: system.root)) }
        #expect(!time.isWanted)
    }

    @Test
    func thisProcess_wantsACore() {
        let time = ProcessorTime(of: getpid())
        #expect(time.nanoseconds > 0)
        #expect(time.isWanted)
    }

    @Test
    func processThatDoesNotExist_hasHadNothing() {
        let time = ProcessorTime(of: .max)
        #expect(time.nanoseconds == 0)
        #expect(!time.isWanted)
    }
}
