import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem

/// The options of a task, beside its slot, as far as workers and the supervisor act on them: one cache line.
struct TaskControl: Record {
    enum Field: Int, RecordField {
        case runLimit = 0
        case claimDeadline = 8
        case grace = 16
        case attempts = 24
        case backoff = 32
        case errors = 40
        case seed = 48
        case extras = 56
    }

    static let size = ArenaLayout.taskControlStride

    /// How many attempts a policy can ask for at most, and so can be counted here.
    private static let attemptMask: UInt64 = 0xffff
    private static let onCrashFlag: UInt64 = 1 << 40

    let arena: Arena
    let offset: Int
    /// Whether anything but the defaults was asked for. Only then is anything written here, or looked at.
    let isPresent: Bool

    /// Nanoseconds; 0 for no limit.
    private var runLimit: SharedWord { word(.runLimit) }
    /// When the task must have been claimed, in nanoseconds of CLOCK_MONOTONIC; 0 for no limit.
    private var claimDeadline: SharedWord { word(.claimDeadline) }
    private var grace: SharedWord { word(.grace) }
    /// Bits 0...15: attempts begun. Bits 16...31: retries allowed. Bit 40: on crash.
    private var attempts: SharedWord { word(.attempts) }
    private var backoff: SharedWord { word(.backoff) }
    /// The folded fingerprints of up to three error types, 21 bits each.
    private var errors: SharedWord { word(.errors) }
    private var seedWord: SharedWord { word(.seed) }
    /// Bit 0: there is a seed. Bits 1...62: how much of the output is kept, plus 1; 0 for nothing. Bit 63: its lines
    /// begin with the task's name.
    private var extras: SharedWord { word(.extras) }

    /// Writes the options of a new task.
    func prepare(_ options: TaskOptions) {
        guard isPresent else { return }
        runLimit.storeRelaxed(options.timeout.map { UInt64(clamping: max(1, $0.nanoseconds)) } ?? 0)
        claimDeadline.storeRelaxed(
            options.queueTimeout.map { UInt64(clamping: monotonicNanoseconds().addingSaturated($0.nanoseconds)) } ?? 0)
        grace.storeRelaxed(UInt64(clamping: options.gracePeriod.nanoseconds))
        attempts.storeRelaxed(
            UInt64(options.retries.limit) << 16 | (options.retries.onCrash ? Self.onCrashFlag : 0))
        backoff.storeRelaxed(UInt64(clamping: options.retries.backoff.nanoseconds))
        var folded: UInt64 = 0
        for (index, error) in options.retries.errors.enumerated() {
            folded |= Self.fold(error.type) << UInt64(index * 21)
        }
        errors.storeRelaxed(folded)
        seedWord.storeRelaxed(options.seed ?? 0)
        extras.storeRelaxed(
            (options.seed == nil ? 0 : 1) | UInt64((options.output.limit ?? -1) + 1) << 1
                | (options.output == .prefixed ? Self.prefixFlag : 0))
    }

    /// Whether these options ask for anything but the defaults.
    static func isNeeded(for options: TaskOptions) -> Bool {
        guard !options.areDefaults else { return false }
        return options.timeout != nil || options.queueTimeout != nil || options.retries.limit > 0
            || options.seed != nil || options.output != .inherited || options.gracePeriod != usualGracePeriod
    }

    private static let usualGracePeriod = TaskOptions.default.gracePeriod

    /// How long the task may run, in nanoseconds; nil for no limit.
    var timeLimit: Int64? {
        guard isPresent, runLimit.load() != 0 else { return nil }
        return Int64(clamping: runLimit.load())
    }

    /// In nanoseconds.
    var gracePeriod: Int64 {
        isPresent ? Int64(clamping: grace.load()) : Self.usualGracePeriod.nanoseconds
    }

    /// Whether the task has waited for too long.
    var isExpired: Bool { expiry.map { monotonicNanoseconds() >= $0 } ?? false }

    /// Takes the limit for waiting away, because the task begins; puts it back if that turns out to be wrong.
    func endWaiting(if begins: () -> Bool) -> Bool {
        let deadline = isPresent ? claimDeadline.load() : 0
        guard deadline != 0 else { return begins() }
        claimDeadline.store(0)
        // ORDERING: a process that sees the task queued again sees that it has no limit; or that is seen here.
        fence()
        if begins() { return true }
        claimDeadline.store(deadline)
        return false
    }

    /// When the task will have waited for too long; nil if never.
    ///
    /// One that has begun waits for its next attempt as long as that takes.
    ///
    /// ORDERING: an attempt is counted before the task is queued again, so a process that sees that sees the count.
    var expiry: Int64? {
        guard isPresent, claimDeadline.load() != 0, attempts.load() & Self.attemptMask == 0 else { return nil }
        return Int64(clamping: claimDeadline.load())
    }

    /// The seed of the task's random numbers.
    var seed: UInt64? { isPresent && extras.load() & 1 != 0 ? seedWord.load() : nil }

    /// How many bytes of what the task prints are kept; nil for none.
    var outputLimit: Int? {
        guard isPresent else { return nil }
        let value = (extras.load() & ~Self.prefixFlag) >> 1
        return value == 0 ? nil : Int(clamping: min(value - 1, UInt64(TaskOptions.Output.largestLimit)))
    }

    private static let prefixFlag: UInt64 = 1 << 63

    /// Whether each line that the task prints begins with its name.
    var prefixesOutput: Bool { isPresent && extras.load() & Self.prefixFlag != 0 }

    // MARK: Attempts

    /// Counts an attempt that begins now; whether there was one before.
    func beginAttempt() -> Bool { attempts.add(1) & Self.attemptMask > 1 }

    /// Which attempt this is, counted from 1.
    var attempt: Int { isPresent ? max(1, Int(attempts.load() & Self.attemptMask)) : 1 }

    private var mayRetry: Bool { isPresent && attempt <= Int(attempts.load() >> 16 & Self.attemptMask) }

    /// Whether the task is to be run again after its worker died.
    var retriesCrash: Bool { mayRetry && attempts.load() & Self.onCrashFlag != 0 }

    /// Whether the task is to be run again after its function threw `error`.
    func retries(_ error: any Error) -> Bool {
        guard mayRetry else { return false }
        let folded = Self.fold(type(of: error))
        return (0..<RetryPolicy.errorLimit).contains { errors.load() >> UInt64($0 * 21) & Self.foldMask == folded }
    }

    /// How long to wait before the next attempt, in nanoseconds.
    var pause: Int64 { Int64(clamping: backoff.load()).doubled(forAttempt: attempt) }

    private static let foldMask: UInt64 = (1 << 21) - 1

    /// 21 bits of a type's fingerprint, never 0.
    private static func fold(_ type: any Error.Type) -> UInt64 {
        func fingerprint<Failure: Error>(_ type: Failure.Type) -> UInt64 { TypeFingerprint.of(type) }
        return max(1, _openExistential(type, do: fingerprint) >> 43)
    }
}
