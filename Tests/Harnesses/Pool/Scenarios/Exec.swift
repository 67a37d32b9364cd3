import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

// A client that executes another program, or dies, while a process that it has forked lives on with copies of its
// descriptors.

let execScenarios: [String: Scenario] = [
    "exec-of-client": { try $0.execOfClient() },
    "exec-client": { try $0.execClient() },
    "exec-sleeper": { _ in sleep(60) },
]

/// How a client of a pool ends.
private enum Departure: Int, CaseIterable {
    case executes
    case executesItself
    case executesBesideChild
    case diesBesideChild

    var hasChild: Bool { self == .executesBesideChild || self == .diesBesideChild }
}

private let childName = "still-here"

extension Harness {
    func execOfClient() throws {
        for departure in Departure.allCases {
            let client = try Program.harness("exec-client", method, departure.rawValue).start()
            let isStarted = eventually { poolProcesses(of: client).count >= 3 }
            check(isStarted, "\(departure): the client has no pool")
            let start = ContinuousClock.now
            let isOver = eventually { poolProcesses(of: client).isEmpty }
            check(isOver, "\(departure): \(poolProcesses(of: client)) are left")
            report("\(departure): the pool was gone after \(ContinuousClock.now - start)")
            let rest = Proc.family.filter { Proc.name($0) == childName }
            checkEqual(rest.count, departure.hasChild ? 1 : 0, "\(departure): the processes that live on")
            for pid in rest + [client] { kill(pid, SIGKILL) }
            var status: Int32 = 0
            unsafe waitpid(client, &status, 0)
        }
    }

    private func poolProcesses(of client: pid_t) -> [String] {
        Proc.family.filter { $0 != client }.map(Proc.name).filter { $0 != childName && $0 != "" }
    }

    /// Makes a pool, gives it something to do, and departs.
    func execClient() throws {
        let departure = Departure(rawValue: number) ?? .executes
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        _ = try pool.submit(double, 1).value(timeout: .seconds(20))
        _ = try (0..<4).map { _ in try pool.submit(nap, 60_000) }
        if departure.hasChild, mt_fork() == 0 {
            unsafe mt_set_thread_name(childName)
            sleep(60)
            _exit(0)
        }
        // Until the other side has seen all of it.
        check(eventually { pool.workerProcessIDs.count == 2 }, "there are no workers")
        usleep(300_000)
        switch departure {
        case .executes, .executesBesideChild: execute("/bin/sleep", ["sleep", "60"])
        case .executesItself: execute("/proc/self/exe", ["pool-harness", "exec-sleeper", method.rawValue])
        case .diesBesideChild: kill(getpid(), SIGKILL)
        }
        Checks.fail("the client is still there")
    }

    private func execute(_ path: String, _ arguments: [String]) {
        var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        unsafe execv(path, &words)
    }
}
