/// What went wrong in a pool, a channel or a session, and what to do about it.
///
/// ```swift
/// do {
///     print(try future.value(timeout: .seconds(10)))
/// } catch let error as MultitaskingError where error.code == .timedOut {
///     future.cancel()
/// }
/// ```
///
/// An error that a task's own function throws reaches the caller unchanged, or as a ``RemoteError`` if the value can't
/// cross from a worker process. It may be of this type, too, for example if the function uses another pool: ``origin``
/// distinguishes the two.
public struct MultitaskingError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. More kinds may be added: switch with a `default`.
    public let code: Code

    /// A sentence that says what happened and what to do.
    public let message: String

    /// The underlying error, if there is one.
    public let cause: (any Error)?

    /// Where the error comes from. An error thrown by a task's function belongs to the task, even if another pool
    /// created it.
    public let origin: Origin

    /// Whether what was refused never fits, however much room becomes free, so that waiting is pointless.
    package private(set) var neverFits = false

    /// Creates an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.init(code, message, cause: cause, origin: .pool)
    }

    package init(_ code: Code, _ message: String, cause: (any Error)?, origin: Origin) {
        self.code = code
        self.message = message
        self.cause = cause
        self.origin = origin
    }

    /// The error of what the pool's memory has no room for, and will never have.
    package static func neverFits(_ message: String) -> Self {
        var error = Self(.arenaLimitReached, message)
        error.neverFits = true
        return error
    }

    /// The same error, with the origin ``Origin-swift.enum/task``.
    public var thrownByTask: Self { Self(code, message, cause: cause, origin: .task) }

    /// The code's name, the message, and what the cause adds to it, with `?` in place of characters that control a
    /// terminal.
    public var description: String { "\(code.name): \(message)\(addition)".printableLines }

    /// What the cause says and the message, which may be made of it, does not.
    private var addition: String {
        guard let cause else { return "" }
        if let failure = cause as? WorkerFailure, message.contains(failure.summary) {
            return failure.evidence.isEmpty ? "" : "; \(failure.evidence)"
        }
        let reason = "\(cause)"
        return message.contains(reason) ? "" : " (cause: \(reason))"
    }
}

extension MultitaskingError {
    /// Where an error comes from.
    ///
    /// ```swift
    /// do {
    ///     print(try future.value(timeout: .seconds(1)))
    /// } catch let error as MultitaskingError where error.code == .timedOut {
    ///     if error.origin == .pool { print("the task has not ended yet") }   // .task: its function threw this
    /// }
    /// ```
    public enum Origin: UInt8, Sendable, Hashable, Codable {
        /// The call that threw it, or an event such as a time limit, a crash, or a cancellation.
        case pool
        /// The task's function threw it.
        case task
    }

    /// The kind of a ``MultitaskingError``.
    ///
    /// ```swift
    /// switch error.code {
    /// case .workerCrashed, .workerExited: resubmit()
    /// case .taskTimedOut: skip()
    /// default: throw error
    /// }
    /// ```
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name as written in Swift, for example `nameNotAvailable`.
        public let name: String

        /// Creates a code. Backends may add their own.
        public init(_ name: String) { self.name = name }

        /// The code's name.
        public var description: String { name }
    }
}

extension MultitaskingError.Code {
    /// A number, name, or size is out of range.
    public static let invalidArgument = Self("invalidArgument")
    /// The session already has a task with that name.
    public static let nameNotAvailable = Self("nameNotAvailable")
    /// The queue, event, or lock doesn't exist in this scope.
    public static let noSuchObject = Self("noSuchObject")
    /// The session was destroyed.
    public static let alreadyDestroyed = Self("alreadyDestroyed")
    /// The task has not been submitted to an executor yet.
    public static let notSubmitted = Self("notSubmitted")
    /// Ctrl-C shut down the pool of a scope that handles it.
    public static let interrupted = Self("interrupted")
    /// The pool was shut down.
    public static let shutDown = Self("shutDown")
    /// The time limit of a wait passed. Whatever it was waiting for continues. If `submit` throws this, the pool stayed
    /// full for as long as ``TaskOptions/waitForRoom`` allows, and there is no task.
    public static let timedOut = Self("timedOut")
    /// The task exceeded its time limit and was ended.
    public static let taskTimedOut = Self("taskTimedOut")
    /// The task waited for a worker longer than its options allow, and never started.
    public static let queueTimedOut = Self("queueTimedOut")
    /// The task was cancelled before it started, or ended by a forced cancel.
    public static let cancelled = Self("cancelled")
    /// A value is not of the requested type.
    public static let wrongType = Self("wrongType")
    /// A type that must cross a process boundary is not `Codable`.
    public static let notCodable = Self("notCodable")
    /// An argument or message could not be encoded.
    public static let encodeFailed = Self("encodeFailed")
    /// Bytes could not be decoded as the requested type.
    public static let decodeFailed = Self("decodeFailed")
    /// The worker could not encode the task's result.
    public static let resultEncodeFailed = Self("resultEncodeFailed")
    /// The channel is closed.
    public static let closed = Self("closed")
    /// The function captures state and cannot be sent to a worker process.
    public static let capturesState = Self("capturesState")
    /// Forking was requested where it isn't safe: other threads run, Dispatch was used, or a global is being
    /// initialized.
    public static let unsafeFork = Self("unsafeFork")
    /// This program can't be started again as a pool's supervisor.
    public static let cannotSpawn = Self("cannotSpawn")
    /// A task creates a pool nested in too many others, or reaches its own pool through a global variable.
    public static let nestedTooDeep = Self("nestedTooDeep")
    /// The worker doesn't have the function or type that was sent.
    public static let functionNotFound = Self("functionNotFound")
    /// A signal or a trap killed the worker process while it ran the task.
    public static let workerCrashed = Self("workerCrashed")
    /// The task's function ended its worker process by calling `exit`, or by ending the thread that ran it.
    public static let workerExited = Self("workerExited")
    /// The task used more memory than its worker is allowed, and the worker was ended.
    public static let memoryLimitExceeded = Self("memoryLimitExceeded")
    /// The worker's initializer failed.
    public static let initializerFailed = Self("initializerFailed")
    /// The supervisor process died while the task was running.
    public static let supervisorLost = Self("supervisorLost")
    /// The worker's machine no longer responds, so it's unknown whether the task ran; see
    /// ``RetryPolicy/onLoss(_:orCrash:backoff:)``.
    public static let workerLost = Self("workerLost")
    /// The cluster that ran the task has ended or lost its state.
    public static let clusterLost = Self("clusterLost")
    /// The cluster can't be reached, or refuses the connection.
    public static let clusterUnreachable = Self("clusterUnreachable")
    /// A task that this task depends on failed or was cancelled; the cause says why.
    public static let dependencyFailed = Self("dependencyFailed")
    /// A promise was released before it was fulfilled.
    public static let promiseDropped = Self("promiseDropped")
    /// The pool's shared memory is full.
    public static let arenaLimitReached = Self("arenaLimitReached")
    /// A task overwrote the pool's shared memory, and the requested data is no longer valid.
    public static let memoryDamaged = Self("memoryDamaged")
    /// The operating system refused a request.
    public static let systemError = Self("systemError")
    /// The operating system denied permission.
    public static let permissionDenied = Self("permissionDenied")
}

extension MultitaskingError {
    /// The error of a task whose time was up, whether its worker was ended, as `failure` says, or the task left by
    /// itself when it was asked to.
    package static func taskTimedOut(_ failure: WorkerFailure?) -> Self {
        Self(
            .taskTimedOut,
            "the task ran longer than its timeout and was ended; allow more time, or let the task check its "
                + "context's isCancelled", cause: failure)
    }

    /// The error that forking with `threads` foreign threads throws.
    package static func unsafeFork(threads: Int) -> Self {
        Self(
            .unsafeFork,
            """
            this process runs \(threads) other thread(s), and a forked copy could hang on a lock that one of them \
            holds; use the start method .automatic or .spawn, or make the pool before any thread starts
            """)
    }
}
