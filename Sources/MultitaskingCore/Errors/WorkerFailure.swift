/// How and when a worker process ended while it held a task.
///
/// ```swift
/// catch let error as MultitaskingError where error.code == .workerCrashed {
///     guard let failure = error.cause as? WorkerFailure else { throw error }
///     print(failure.signalName ?? "exit", failure.phase, failure.lastLines)
/// }
/// ```
///
/// This is the ``MultitaskingError/cause`` of an error with the code `workerCrashed`, `workerExited`, `taskTimedOut`,
/// `memoryLimitExceeded` or `supervisorLost`. The cause of `workerLost`, and of `memoryLimitExceeded` if a node of a
/// cluster ran out of memory, is a ``WorkerLoss``.
public struct WorkerFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The phase of a task in which its worker died.
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

    /// The evidence that memory was the cause.
    ///
    /// ```swift
    /// if failure.memoryCause != nil { print("the worker was ended for lack of memory") }
    /// ```
    public enum MemoryCause: String, Sendable, Hashable, CustomStringConvertible {
        /// The pool ended the worker because it exceeded its memory limit.
        case poolLimit
        /// The system's out-of-memory killer was active, and the signal has no other known sender.
        case systemKill
        /// The system refused an allocation, and the worker ended itself.
        case refusedAllocation

        /// The cause in words.
        public var description: String {
            switch self {
            case .poolLimit: "it held more memory than its limit"
            case .systemKill: "the system ran out of memory and killed a process"
            case .refusedAllocation: "an allocation of memory failed"
            }
        }
    }

    /// The process ID of the worker.
    public let pid: Int32
    /// The worker's index in its pool, counted from 0.
    public let worker: Int
    /// What the worker was doing.
    public let phase: Phase
    /// The signal that killed the worker, or nil if it exited or if that is unknown.
    public let signal: Int32?
    /// The exit code, or nil if a signal killed the worker or if that is unknown.
    public let exitCode: Int32?
    /// The signal's name, for example `SIGKILL`.
    public let signalName: String?
    /// The largest resident memory the worker had, in bytes; 0 if unknown.
    public let peakMemory: Int
    /// Which attempt at the task this was, counted from 1.
    public let attempt: Int
    /// The evidence that memory was the cause; nil if there is none.
    public let memoryCause: MemoryCause?
    /// The last lines that the task printed to standard output and standard error, at most 20 lines and 4096 bytes.
    ///
    /// They include everything that passed through the C library's streams, such as the output of `print` and the
    /// message of a trap, even if the process died before writing it out. They don't include what a task writes
    /// directly to a file descriptor.
    public let lastLines: [String]
    /// The index, within its chunk, of the element that a `map` task was processing, counted from 0.
    public let progress: Int?
    /// The stack at the time of the crash; nil if the worker didn't crash, or if the pool records no backtraces.
    ///
    /// SIGKILL leaves no backtrace, and neither does a stack overflow on a thread that the task started itself.
    public let backtrace: CrashBacktrace?

    /// The name of the machine that the worker ran on, as its cluster knows it; nil for this machine.
    public let node: String?

    /// Creates a record of a worker's end.
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

    /// A one-sentence summary, the last lines that the task printed, and the top of the stack, down to the task's
    /// function at most, as far as they are known, with `?` in place of characters that control a terminal.
    public var description: String { (evidence.isEmpty ? summary : "\(summary); \(evidence)").printableLines }

    /// What the summary leaves out: the last lines and the top of the stack.
    var evidence: String {
        let output = lastLines.isEmpty ? "" : "it printed last:\n" + Self.indented(lastLines)
        guard let backtrace else { return output }
        let stack = backtrace.lines(min(backtrace.countToTask, Self.shownFrames))
        return output + "its stack:\n" + Self.indented(stack.split(separator: "\n").map(String.init))
    }

    /// How many frames a description has: enough to get from the runtime's to the program's own.
    private static let shownFrames = 12

    private static func indented(_ lines: [String]) -> String { lines.map { "    \($0)\n" }.joined() }

    /// One sentence with everything that is known, except the task's output and its stack.
    public var summary: String {
        let end =
            if let signal {
                "was killed by \(signalName ?? "signal \(signal)")"
            } else if let exitCode {
                "exited with code \(exitCode)"
            } else {
                "ended in an unknown way"
            }
        let attempts = attempt > 1 ? ", at attempt \(attempt)" : ""
        let memory = memoryCause.map { ", probably because \($0)" } ?? ""
        let place = node.map { " on \($0)" } ?? ""
        let peak = peakMemory > 0 ? "; peak memory \(peakMemory / 1024) KiB" : ""
        return "worker \(worker)\(place) (pid \(pid)) \(end) while \(phase)\(attempts)\(memory)\(peak)"
    }
}
