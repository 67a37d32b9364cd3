/// How and when a worker process ended while it held a task.
///
/// ```swift
/// catch let error as MultitaskingError where error.code == .workerCrashed {
///     guard let failure = error.cause as? WorkerFailure else { throw error }
///     print(failure.signalName ?? "exit", failure.phase, failure.lastLines)
/// }
/// ```
///
/// It is the ``MultitaskingError/cause`` of an error with the code `workerCrashed`, `workerExited`,
/// `taskTimedOut`, `memoryLimitExceeded`, `supervisorLost` or `workerLost`.
public struct WorkerFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the worker was doing when it died.
    ///
    /// ```swift
    /// if failure.phase == .decoding { print("an argument's init(from:) ended the worker") }
    /// ```
    public enum Phase: UInt8, Sendable, Hashable, CustomStringConvertible {
        /// Nothing: the worker was idle or starting.
        case idle
        /// Running the pool's initializer.
        case initializing
        /// Decoding the task's arguments.
        case decoding
        /// Running the task's function.
        case running
        /// Encoding the task's result.
        case encoding

        /// The phase in words.
        public var description: String {
            switch self {
            case .idle: "idle"
            case .initializing: "running the initializer"
            case .decoding: "decoding the arguments"
            case .running: "running the function"
            case .encoding: "encoding the result"
            }
        }
    }

    /// Why too little memory is held to be the reason.
    ///
    /// ```swift
    /// if failure.memoryCause != nil { print("the worker was ended for lack of memory") }
    /// ```
    public enum MemoryCause: String, Sendable, Hashable, CustomStringConvertible {
        /// The pool ended the worker, because it held more than its limit.
        case poolLimit
        /// The system's out-of-memory killer was active, and no other sender of the signal is known.
        case systemKill
        /// The system refused memory that the task asked for, and the worker ended itself.
        case refusedAllocation

        /// The cause in words.
        public var description: String {
            switch self {
            case .poolLimit: "it held more memory than its limit"
            case .systemKill: "the system was out of memory and has killed a process"
            case .refusedAllocation: "it was refused memory"
            }
        }
    }

    /// The process id the worker had.
    public let pid: Int32
    /// The worker's index in its pool, counted from 0.
    public let worker: Int
    /// What the worker was doing.
    public let phase: Phase
    /// The signal that killed the worker, or nil if it exited.
    public let signal: Int32?
    /// The exit code, or nil if a signal killed the worker.
    public let exitCode: Int32?
    /// The signal's name, for example `SIGKILL`.
    public let signalName: String?
    /// The largest resident memory the worker had, in bytes; 0 if unknown.
    public let peakMemory: Int
    /// Which attempt at the task this was, counted from 1.
    public let attempt: Int
    /// Why memory is held to be the cause; nil if nothing speaks for that.
    public let memoryCause: MemoryCause?
    /// The last lines that the task printed to standard output and standard error: at most 20 lines and 4096 bytes.
    ///
    /// It has what went through the C library's streams, as `print` and the messages of traps do, also what the process
    /// had no time to write out. What a task writes to the descriptors themselves is not among it.
    public let lastLines: [String]
    /// Which element of its chunk the task was at, counted from 0, if it was one of a `map`.
    public let progress: Int?
    /// The stack at the crash; nil if the worker did not die of a signal that means one, or the pool keeps none.
    ///
    /// SIGKILL leaves none, and neither does an overflow of the stack of a thread that the task has not been given by
    /// the pool.
    public let backtrace: CrashBacktrace?

    /// The machine the worker ran on, as its cluster names it; nil if it is this one.
    public let node: String?

    /// Makes a record of a worker's end.
    public init(
        pid: Int32, worker: Int, phase: Phase, signal: Int32?, signalName: String?, exitCode: Int32?, peakMemory: Int,
        attempt: Int = 1, memoryCause: MemoryCause? = nil, lastLines: [String] = [],
        progress: Int? = nil, backtrace: CrashBacktrace? = nil, node: String? = nil
    ) {
        self.pid = pid
        self.worker = worker
        self.phase = phase
        self.signal = signal
        self.signalName = signalName
        self.exitCode = exitCode
        self.peakMemory = peakMemory
        self.attempt = attempt
        self.memoryCause = memoryCause
        self.lastLines = lastLines
        self.progress = progress
        self.backtrace = backtrace
        self.node = node
    }

    /// One sentence, the last lines that the task printed, and the top of the stack, as far as they are known.
    public var description: String {
        let output = lastLines.isEmpty ? "" : "; it printed last:\n" + Self.indented(lastLines)
        guard let backtrace else { return summary + output }
        let stack = backtrace.lines(Self.shownFrames).split(separator: "\n").map(String.init)
        return summary + output + (output.isEmpty ? "; " : "") + "its stack:\n" + Self.indented(stack)
    }

    /// How many frames a description has: enough to get from the runtime's to the program's own.
    private static let shownFrames = 12

    private static func indented(_ lines: [String]) -> String { lines.map { "    \($0)\n" }.joined() }

    /// One sentence with everything known but what the task printed and its stack.
    public var summary: String {
        let end =
            if let signal { "was killed by \(signalName ?? "signal \(signal)")" } else {
                "exited with code \(exitCode ?? 0)"
            }
        let attempts = attempt > 1 ? ", at attempt \(attempt)" : ""
        let memory = memoryCause.map { ", probably because \($0)" } ?? ""
        let place = node.map { " on \($0)" } ?? ""
        return """
            worker \(worker)\(place) (pid \(pid)) \(end) while \(phase)\(attempts)\(memory); \
            peak memory \(peakMemory / 1024) KiB
            """
    }
}
