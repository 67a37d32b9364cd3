import Glibc
import MultitaskingCore
import Testing

@testable import MultitaskingSystem

@Suite("What is said of a call that was refused")
struct RefusalTests {
    @Test("Whatever is refused, with whatever number, the error names the call and the number")
    func everyCall() {
        for call in Refusal.Call.allCases {
            for code in [EPERM, ENOENT, EAGAIN, ENOMEM, EACCES, EINVAL, ENFILE, EMFILE, EFBIG, ENOSPC, ENOSYS, 9999] {
                let error = Refusal(call, code).error("do something", or: "do something else")
                #expect(error.message.contains("could not do something"))
                #expect(error.message.contains(call.name))
                #expect(error.message.contains("errno \(code)"))
                #expect(error.message.hasSuffix("do something else"))
                #expect(error.code == (code == EPERM || code == EACCES ? .permissionDenied : .systemError))
            }
        }
    }

    @Test("A limit is advised to be raised only where it can be the reason")
    func fittingAdvice() throws {
        for call in Refusal.Call.allCases {
            for code in [EPERM, EACCES, ENOSYS, ENFILE] {
                let advice = try #require(Refusal(call, code).advice)
                #expect(!advice.contains("ulimit"), "\(call) \(code): \(advice)")
            }
            #expect(try #require(Refusal(call, EMFILE).advice).contains("ulimit -n"))
            #expect(try #require(Refusal(call, EFBIG).advice).contains("ulimit -f"))
        }
    }

    @Test("A program whose arguments and variables are too long to be started again is told so")
    func longArguments() {
        let spawn = Refusal(.spawn, E2BIG).advice
        #expect(spawn?.contains("environment") == true && spawn?.contains("forked") == true)
        #expect(Refusal(.map, E2BIG).advice == nil)
    }

    @Test("A program that locks its memory is told which limit that has")
    func lockedMemory() {
        #expect(Refusal(.map, EAGAIN).advice?.contains("ulimit -l") == true)
        #expect(Refusal(.spawn, EAGAIN).advice?.contains("ulimit -l") != true)
    }

    @Test("A full group of processes is named, and a group with room is not")
    func fullGroup() throws {
        let system = { (current: Int) in
            try FakeSystem(
                cgroup: "0::/a\n", mounts: [("/", "/sys/fs/cgroup", "cgroup2 cgroup rw")],
                ["/sys/fs/cgroup/a/pids.max": "10\n", "/sys/fs/cgroup/a/pids.current": "\(current)\n"])
        }
        let full = try system(10)
        let advice = try #require(Refusal(.fork, EAGAIN).advice(SystemFiles(root: full.root)))
        #expect(advice.contains("/sys/fs/cgroup/a/pids.max") && advice.contains("10 processes"))
        let roomy = try system(9)
        let other = try #require(Refusal(.fork, EAGAIN).advice(SystemFiles(root: roomy.root)))
        #expect(!other.contains("/sys/fs/cgroup/a/pids.max"))
    }
}
