/// How far the life of a pool is.
enum PoolPhase: UInt64 {
    case running = 0
    /// Finish what is queued, then end.
    case draining
    /// The workers cannot start: what is queued fails.
    case broken
    /// End at once. The last, as also a broken pool may have workers that go on.
    case killing

    /// What a worker exits with when its initializer failed.
    static let initializerFailedExitCode: Int32 = 93
    /// Of a member that got no second thread; what the system has said stands in its record.
    static let threadRefusedExitCode: Int32 = 94
    /// How many workers in a row may fail to start before the pool gives up.
    static let startAttempts: UInt64 = 3
}

extension PoolPhase: SharedValue {
    init(word: UInt64) { self = Self(rawValue: word) ?? .broken }
}

extension Shared<PoolPhase> {
    /// Whether workers leave when there is nothing to do.
    @inline(__always)
    var isEnding: Bool { word.load() != 0 }

    /// Moves on; never back.
    func advance(to phase: PoolPhase) {
        while true {
            let now = word.load()
            // A value that isn't a phase was written by a faulty task.
            guard now < phase.rawValue || now > PoolPhase.killing.rawValue else { return }
            if word.compareExchange(now, phase.rawValue) { return }
        }
    }
}
