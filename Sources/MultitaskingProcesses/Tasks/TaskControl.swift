import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem

/// The options of a task, in its slot, as far as workers and the supervisor act on them: 72 bytes.
struct TaskControl: Record {
    enum Field: Int, RecordField {
        case flags = 0
        case runLimit = 8
        case claimDeadline = 16
        case grace = 24
        case attempts = 32
        case backoff = 40
        case errors = 48
        case seed = 56
        case extras = 64
    }

    static let size = 72

    /// How many attempts a policy can ask for at most, and so can be counted here.
    private static let attemptMask: UInt64 = 0xffff
    private static let onCrashFlag: UInt64 = 1 << 40

    let arena: Arena
    let offset: Int
    /// Whether anything but the defaults was asked for. Only then a worker looks at what is here, and brings it to its
    /// core.
    let isPresent: Bool

    /// Bit 1: the client wants the task ended. Bit 2: the task is asked to end. From bit 3: how many tasks the slot has
    /// served.
    private var flags: SharedWord { word(.flags) }
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

    private static let forceFlag: UInt64 = 2
    private static let endFlag: UInt64 = 4
    private static let allFlags: UInt64 = 7

    /// Writes the options of a new task.
    func prepare(_ options: TaskOptions) {
        flags.storeRelaxed((flags.loadRelaxed() | Self.allFlags) &+ 1)
        attempts.storeRelaxed(0)
        grace.storeRelaxed(Self.gracePeriod(options))
        guard isPresent else { return }
        runLimit.storeRelaxed(options.timeout.map { UInt64(clamping: max(1, $0.nanoseconds)) } ?? 0)
        claimDeadline.storeRelaxed(
            options.queueTimeout.map { UInt64(clamping: monotonicNanoseconds().addingSaturated($0.nanoseconds)) } ?? 0)
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
        options.timeout != nil || options.queueTimeout != nil || options.retries.limit > 0
            || options.seed != nil || options.output != .inherited
    }

    /// In nanoseconds. Turning a `Duration` into them takes two long divisions.
    private static func gracePeriod(_ options: TaskOptions) -> UInt64 {
        options.gracePeriod == usualGracePeriod.duration
            ? usualGracePeriod.nanoseconds : UInt64(clamping: options.gracePeriod.nanoseconds)
    }

    private static let usualGracePeriod = (
        duration: TaskOptions.default.gracePeriod,
        nanoseconds: UInt64(clamping: TaskOptions.default.gracePeriod.nanoseconds)
    )

    /// How long the task may run, in nanoseconds; nil for no limit.
    var timeLimit: Int64? {
        guard isPresent, runLimit.load() != 0 else { return nil }
        return Int64(clamping: runLimit.load())
    }

    var gracePeriod: Int64 { Int64(clamping: grace.load()) }

    /// Whether the task has waited for too long.
    var isExpired: Bool {
        guard isPresent, claimDeadline.load() != 0 else { return false }
        return monotonicNanoseconds() >= Int64(clamping: claimDeadline.load())
    }

    /// When the task will have waited for too long; nil if never.
    var expiry: Int64? {
        guard isPresent, claimDeadline.load() != 0 else { return nil }
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

    // MARK: Ending a running task

    /// What was asked for at some time, and of which task of the slot.
    struct Requests {
        fileprivate let flags: UInt64
        var isEndAskedFor: Bool { flags & TaskControl.forceFlag != 0 }
    }

    /// How many tasks the slot has served, with the present one.
    var servedTasks: UInt64 { flags.loadRelaxed() >> 3 }

    /// The client wants the task ended by force.
    func askForEnd() { flags.formUnion(Self.forceFlag) }
    var requests: Requests { Requests(flags: flags.load()) }

    /// The task itself is asked to end; false if anything was asked for since `requests`, or the slot serves another
    /// task.
    func requestEnd(after requests: Requests) -> Bool {
        flags.compareExchange(requests.flags, requests.flags | Self.endFlag)
    }

    /// Whatever task the slot serves is asked to end.
    func requestEnd() { flags.formUnion(Self.endFlag) }

    /// ORDERING: relaxed, as for cancel signals.
    @inline(__always)
    var isEndRequested: Bool { flags.loadRelaxed() & Self.endFlag != 0 }
    var endProbe: CancelProbe { flags.probe(mask: Self.endFlag, value: Self.endFlag) }

    // MARK: Attempts

    /// Counts an attempt that begins now.
    func beginAttempt() {
        // Without retries there is only one.
        guard isPresent else { return }
        flags.formClear(Self.endFlag)
        attempts.add(1)
    }

    /// Which attempt this is, counted from 1.
    var attempt: Int { max(1, Int(attempts.load() & Self.attemptMask)) }

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
    var pause: Int64 {
        let base = Int64(clamping: backoff.load())
        let (product, overflow) = base.multipliedReportingOverflow(by: 1 << min(20, max(0, attempt - 1)))
        return overflow ? .max : product
    }

    private static let foldMask: UInt64 = (1 << 21) - 1

    /// 21 bits of a type's fingerprint, never 0.
    private static func fold(_ type: any Error.Type) -> UInt64 {
        func fingerprint<Failure: Error>(_ type: Failure.Type) -> UInt64 { TypeFingerprint.of(type) }
        return max(1, _openExistential(type, do: fingerprint) >> 43)
    }
}
