import CPrograms
import Glibc
import MultitaskingCore
import MultitaskingProcesses

/// A program to start, with all that whoever starts it chooses.
struct Program {
    var path = "/proc/self/exe"
    var arguments: [String]
    /// What the environment has besides this process's, or instead.
    var variables: [String: String] = [:]
    var directory: String?
    /// What the program finds under the numbers 3, 4, …
    var descriptors: [Int32] = []

    /// How a program has ended, and what it has printed.
    struct End {
        /// The exit code; 256 and more: the signal.
        var code: Int32
        var output: String
    }

    /// Another scenario of this harness.
    static func harness(_ scenario: String, _ method: StartMethod, _ number: Int = 0) -> Program {
        Program(arguments: ["pool-harness", scenario, method.rawValue, String(number)])
    }

    /// Runs it, and kills it if it does not end in time.
    func run(within limit: Duration = .seconds(60)) throws -> End {
        var pipeEnds: [Int32] = [-1, -1]
        guard unsafe pipe(&pipeEnds) == 0 else { throw MultitaskingError(.systemError, "no pipe") }
        let (reading, writing) = (pipeEnds[0], pipeEnds[1])
        let pid = try start(out: writing)
        close(writing)
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        defer { close(reading) }
        var output: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        var status: Int32 = 0
        var hasEnded = false
        let isInTime = eventually(within: limit) {
            if !hasEnded { hasEnded = unsafe waitpid(pid, &status, WNOHANG) == pid }
            while case let count = unsafe read(reading, &bytes, bytes.count), count > 0 {
                output += bytes.prefix(count)
            }
            return hasEnded
        }
        if !isInTime {
            kill(pid, SIGKILL)
            unsafe waitpid(pid, &status, 0)
        }
        check(isInTime, "\(arguments) does not end")
        let signal = status & 0x7f
        return End(
            code: signal == 0 ? status >> 8 & 0xff : 256 + signal, output: String(decoding: output, as: UTF8.self))
    }

    /// Starts it; its process id.
    func start(out: Int32 = 1) throws -> pid_t {
        var variables = variables
        // One that begins like ours: it does not see us among the processes that it may have left, but is seen by us.
        let tag = unsafe getenv("POOL_HARNESS_TAG").map { unsafe String(cString: $0) } ?? "pool-harness-\(getpid())"
        variables["POOL_HARNESS_TAG"] = "\(tag)-\(UInt16.random(in: 0...UInt16.max))"
        var environment: [String] = []
        var variable = unsafe environ
        while let text = unsafe variable.pointee {
            let whole = unsafe String(cString: text)
            if variables[String(whole.prefix { $0 != "=" })] == nil { environment.append(whole) }
            unsafe variable += 1
        }
        environment += variables.map { "\($0)=\($1)" }
        var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer { unsafe (words + settings).forEach { unsafe free($0) } }
        let pid = unsafe program_start(path, &words, &settings, directory, descriptors, Int32(descriptors.count), out)
        guard pid > 0 else { throw MultitaskingError(.systemError, "cannot start \(path): errno \(-pid)") }
        return pid
    }
}
