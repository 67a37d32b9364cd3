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
/// Errors that a task's own function throws reach the caller as they are, or as a ``RemoteError`` where the value could
/// not cross from a worker process. They may be of this type as well, for example because the function has waited for
/// another pool: ``origin`` says whose an error is.
public struct MultitaskingError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. More kinds may be added: switch with a `default`.
    public let code: Code

    /// A sentence that says what happened and what to do.
    public let message: String

    /// The error underneath, where there is one.
    public let cause: (any Error)?

    /// Whose error it is: one that a task's function threw is the task's, whatever had made it.
    public let origin: Origin

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.init(code, message, cause: cause, origin: .pool)
    }

    package init(_ code: Code, _ message: String, cause: (any Error)?, origin: Origin) {
        self.code = code
        self.message = message
        self.cause = cause
        self.origin = origin
    }

    /// The same error, as one that a task's function threw.
    public var thrownByTask: Self { Self(code, message, cause: cause, origin: .task) }

    /// The code's name, the message, and the cause.
    public var description: String {
        guard let cause else { return "\(code.name): \(message)" }
        return "\(code.name): \(message) (cause: \(cause))"
    }
}

extension MultitaskingError {
    /// Whose error it is.
    ///
    /// ```swift
    /// do {
    ///     print(try future.value(timeout: .seconds(1)))
    /// } catch let error as MultitaskingError where error.code == .timedOut {
    ///     error.origin == .pool   // the task has not ended yet; .task: its function threw this
    /// }
    /// ```
    public enum Origin: UInt8, Sendable, Hashable, Codable {
        /// The call that threw it, or what happened to the task: a time limit, a crash, a cancellation.
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
        /// The code's name as it is written in Swift, for example `nameNotAvailable`.
        public let name: String

        /// Makes a code; third-party backends may add their own.
        public init(_ name: String) { self.name = name }

        /// The code's name.
        public var description: String { name }
    }
}

extension MultitaskingError.Code {
    /// A number, name or size is outside its range.
    public static let invalidArgument = Self("invalidArgument")
    /// The session already has a task of that name.
    public static let nameNotAvailable = Self("nameNotAvailable")
    /// The queue, event or lock was not created for this scope.
    public static let noSuchObject = Self("noSuchObject")
    /// The session was destroyed.
    public static let alreadyDestroyed = Self("alreadyDestroyed")
    /// The task was not submitted to an executor yet.
    public static let notSubmitted = Self("notSubmitted")
    /// Ctrl-C has ended the pool of a scope that handles it.
    public static let interrupted = Self("interrupted")
    /// The pool was shut down.
    public static let shutDown = Self("shutDown")
    /// A wait ended before what it waited for happened.
    public static let timedOut = Self("timedOut")
    /// The task ran longer than its time-out and was ended.
    public static let taskTimedOut = Self("taskTimedOut")
    /// The task waited longer for a worker than its options allow, and never started.
    public static let queueTimedOut = Self("queueTimedOut")
    /// The task was cancelled before it started, or ended by a forced cancel.
    public static let cancelled = Self("cancelled")
    /// A value is not of the type that was asked for.
    public static let wrongType = Self("wrongType")
    /// A type that must cross a process boundary is not `Codable`.
    public static let notCodable = Self("notCodable")
    /// An argument or a message could not be encoded.
    public static let encodeFailed = Self("encodeFailed")
    /// Bytes could not be decoded as the type that was asked for.
    public static let decodeFailed = Self("decodeFailed")
    /// The worker could not encode the task's result.
    public static let resultEncodeFailed = Self("resultEncodeFailed")
    /// The channel is closed.
    public static let closed = Self("closed")
    /// The function captures state and cannot be sent to a worker process.
    public static let capturesState = Self("capturesState")
    /// Forking was asked for while other threads run.
    public static let unsafeFork = Self("unsafeFork")
    /// This program cannot be started anew as a pool's supervisor.
    public static let cannotSpawn = Self("cannotSpawn")
    /// A task makes a pool inside of too many others, or reaches its own through a global variable.
    public static let nestedTooDeep = Self("nestedTooDeep")
    /// The worker does not have the function or type that was sent.
    public static let functionNotFound = Self("functionNotFound")
    /// The worker process was killed by a signal or trapped while it ran the task.
    public static let workerCrashed = Self("workerCrashed")
    /// The task's function ended its worker process by `exit`.
    public static let workerExited = Self("workerExited")
    /// The task held more memory than its worker may, and the worker was ended.
    public static let memoryLimitExceeded = Self("memoryLimitExceeded")
    /// The worker's initializer failed.
    public static let initializerFailed = Self("initializerFailed")
    /// The supervisor process died while the task was running.
    public static let supervisorLost = Self("supervisorLost")
    /// The worker's machine does not answer any more, and nobody knows whether it has run the task; see
    /// ``RetryPolicy/onLoss(_:orCrash:backoff:)``.
    public static let workerLost = Self("workerLost")
    /// The cluster that was running the task has ended or lost its state.
    public static let clusterLost = Self("clusterLost")
    /// The cluster cannot be reached, or refuses to be joined.
    public static let clusterUnreachable = Self("clusterUnreachable")
    /// A task whose result was to be an argument has failed or was cancelled; the cause says why.
    public static let dependencyFailed = Self("dependencyFailed")
    /// A promise was dropped before it was fulfilled.
    public static let promiseDropped = Self("promiseDropped")
    /// The shared memory's limit is reached.
    public static let arenaLimitReached = Self("arenaLimitReached")
    /// A task has written over the pool's shared memory, and what was asked for cannot be found there any more.
    public static let memoryDamaged = Self("memoryDamaged")
    /// The operating system refused.
    public static let systemError = Self("systemError")
    /// The operating system denied permission.
    public static let permissionDenied = Self("permissionDenied")
}

extension MultitaskingError {
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
