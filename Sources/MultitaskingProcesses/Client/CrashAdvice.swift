import Glibc
import MultitaskingCore

/// What to look for when a signal has killed a worker: advice that doesn't fit the signal would be misleading.
enum CrashAdvice {
    /// - Parameters:
    ///   - signal: what killed it.
    ///   - phase: what it was doing.
    ///   - memoryCause: whether there was too little memory, as far as is known.
    static func text(
        signal: Int32, in phase: WorkerFailure.Phase, memoryCause: WorkerFailure.MemoryCause?
    ) -> String {
        if memoryCause != nil {
            return "give the task less to do at a time, run fewer workers (maxWorkers), or allow more memory"
        }
        let code = code(in: phase)
        return switch signal {
        case SIGILL, SIGTRAP:
            "look for a trap in \(code): an overflow, an index out of range, a nil that was unwrapped, a "
                + "failed "
                + "precondition"
        case SIGSEGV:
            "look for a bad pointer in \(code), or for recursion deeper than its stack (ulimit -s)"
        case SIGBUS:
            "look in \(code) for a bad pointer, or for a mapped file that became shorter; or the machine "
                + "had no "
                + "memory left to share"
        case SIGABRT: "look for a call to abort or a failed assertion in \(code) or in a library that it uses"
        case SIGFPE: "look for a division by zero in \(code) or in what it calls"
        case SIGPIPE:
            "it wrote to a pipe or socket without a reader: have the task ignore SIGPIPE (signal(SIGPIPE, "
                + "SIG_IGN)) "
                + "and check the error that the write returns"
        case SIGXFSZ: "it wrote a file longer than RLIMIT_FSIZE allows: write less, or raise the limit (ulimit -f)"
        case SIGXCPU: "it used more processor time than RLIMIT_CPU allows: raise the limit (ulimit -t)"
        case SIGSYS: "it made a system call that a sandbox forbids: allow that in its seccomp profile"
        case SIGALRM, SIGVTALRM, SIGPROF: "a timer of the task fired: have it handle the signal"
        case SIGKILL:
            "it was killed by the system for lack of memory (dmesg would show this), by this program, or by another "
                + "one: let the task use less memory, or find out which"
        default:
            "another process, the task itself or the system sent it that signal: find out which, or let the task "
                + "handle the signal"
        }
    }

    /// The user's code that runs in a phase.
    private static func code(in phase: WorkerFailure.Phase) -> String {
        switch phase {
        case .decoding: "the init(from:) of the arguments' types"
        case .encoding: "the encode(to:) of the result's type, or the description or encode(to:) of the error's"
        default: "the task's function"
        }
    }

    /// Whether a signal comes from what the code of the process did, and from nobody else.
    static func isOwnFault(signal: Int32) -> Bool {
        [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE].contains(signal)
    }
}
