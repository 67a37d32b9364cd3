import MultitaskingCore

/// How far the life of a pool is; a word of the arena's header.
struct PoolPhase {
    enum Value: UInt64 {
        case running = 0
        /// Finish what is queued, then end.
        case draining
        /// End at once.
        case killing
        /// The workers cannot start: what is queued fails.
        case broken
    }

    /// What a worker exits with when its initializer failed.
    static let initializerFailedExitCode: Int32 = 93
    /// How many workers in a row may fail to start before the pool gives up.
    static let startAttempts: UInt64 = 3

    private let arena: Arena

    init(_ arena: Arena) { self.arena = arena }

    private var word: SharedWord { arena.header(ArenaLayout.Header.phase) }

    var value: Value { Value(rawValue: word.load()) ?? .broken }

    /// Whether workers leave when there is nothing to do.
    @inline(__always)
    var isEnding: Bool { word.load() != 0 }

    /// Moves on; never back.
    func advance(to value: Value) {
        while true {
            let now = word.load()
            // What is no phase at all was written by a task that has lost its way.
            guard now < value.rawValue || now > Value.broken.rawValue else { return }
            if word.compareExchange(now, value.rawValue) { return }
        }
    }

    // MARK: Why it has ended

    /// What kind of error a pool has ended with.
    private enum Cause: UInt64 {
        /// Workers failed to start by themselves.
        case workers = 0
        case systemError
        case permissionDenied
        case memoryDamaged
        case shutDown
        case cannotSpawn

        init(_ code: MultitaskingError.Code) {
            self =
                switch code {
                case .permissionDenied: .permissionDenied
                case .memoryDamaged: .memoryDamaged
                case .shutDown: .shutDown
                case .cannotSpawn: .cannotSpawn
                default: .systemError
                }
        }

        var code: MultitaskingError.Code {
            switch self {
            case .workers: .initializerFailed
            case .systemError: .systemError
            case .permissionDenied: .permissionDenied
            case .memoryDamaged: .memoryDamaged
            case .shutDown: .shutDown
            case .cannotSpawn: .cannotSpawn
            }
        }
    }

    /// Keeps the description of what a worker failed to start with where the client finds it.
    static func reportFailure(of error: any Error, in arena: Arena) {
        keep("\(String(reflecting: type(of: error))): \(error)", .workers, in: arena)
    }

    /// Keeps what the pool itself ends with where the client finds it.
    static func reportEnd(with error: MultitaskingError, in arena: Arena) {
        keep(error.message, Cause(error.code), in: arena)
    }

    /// As ``reportEnd(with:in:)``, for what the pool may yet survive; the client logs it, once.
    static func note(_ error: MultitaskingError, in arena: Arena) {
        reportEnd(with: error, in: arena)
        _ = arena.header(ArenaLayout.Header.failureNotice).compareExchange(0, 1)
    }

    private static func keep(_ description: String, _ cause: Cause, in arena: Arena) {
        let text = Array(description.utf8.prefix(ArenaLayout.Header.failureCapacity))
        unsafe arena.withBytes(at: ArenaLayout.Header.failureText, count: text.count) {
            unsafe $0.copyBytes(from: text)
        }
        arena.header(ArenaLayout.Header.failureLength).store(UInt64(text.count))
        arena.header(ArenaLayout.Header.failureCause).store(cause.rawValue)
    }

    private var text: String {
        let length = min(
            Int(clamping: arena.header(ArenaLayout.Header.failureLength).load()), ArenaLayout.Header.failureCapacity)
        return unsafe arena.withBytes(at: ArenaLayout.Header.failureText, count: length) {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }

    /// What the client is to log, the first time it is asked after there is something.
    var newNotice: String? {
        // Looked at first, since this is asked for now and then by all who wait.
        let notice = arena.header(ArenaLayout.Header.failureNotice)
        guard notice.load() == 1, notice.compareExchange(1, 2) else { return nil }
        return text
    }

    /// The error of every task of a pool that has ended by itself.
    var failure: MultitaskingError {
        let cause = Cause(rawValue: arena.header(ArenaLayout.Header.failureCause).load()) ?? .workers
        guard cause == .workers else { return MultitaskingError(cause.code, text) }
        return MultitaskingError(
            .initializerFailed,
            """
            the pool gave up after \(Self.startAttempts) workers in a row failed to start: \
            \(text.isEmpty ? "they died while starting" : text); mend the \
            initializer, or the limits, and make a new pool
            """)
    }
}
