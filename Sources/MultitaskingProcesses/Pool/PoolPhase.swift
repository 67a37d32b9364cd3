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

    // MARK: Why workers cannot start

    /// Keeps an error's description where the client finds it.
    static func reportFailure(of error: any Error, in arena: Arena) {
        let text = Array(
            "\(String(reflecting: type(of: error))): \(error)".utf8.prefix(
                ArenaLayout.Header.failureCapacity))
        unsafe arena.withBytes(at: ArenaLayout.Header.failureText, count: text.count) {
            unsafe $0.copyBytes(from: text)
        }
        arena.header(ArenaLayout.Header.failureLength).store(UInt64(text.count))
    }

    /// The error of every task of a pool whose workers cannot start.
    var failure: MultitaskingError {
        let length = min(
            Int(clamping: arena.header(ArenaLayout.Header.failureLength).load()), ArenaLayout.Header.failureCapacity)
        let text = unsafe arena.withBytes(at: ArenaLayout.Header.failureText, count: length) {
            unsafe String(decoding: $0, as: UTF8.self)
        }
        return MultitaskingError(
            .initializerFailed,
            """
            the pool gave up after \(Self.startAttempts) workers in a row failed to start: \
            \(text.isEmpty ? "they died while starting" : text); mend the \
            initializer, or the limits, and make a new pool
            """)
    }
}
