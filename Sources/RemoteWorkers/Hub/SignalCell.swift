internal import MultitaskingCore
internal import Synchronization

/// A process's copy of a signal, which is pushed to it.
@safe
final class SignalCell: @unchecked Sendable {
    // SAFETY: the word is allocated once, has a stable address, and is freed when nobody can look at it anymore.
    private let word: UnsafeMutablePointer<Atomic<UInt64>>
    private let waiters = Mutex(Waiters())

    private struct Waiters {
        var lastID: UInt64 = 0
        var bodies: [UInt64: @Sendable () -> Void] = [:]
        /// How many times the signal was set.
        var sets: UInt64 = 0
        /// Whether nobody can set the signal anymore.
        var isGivenUp = false
    }

    init(isSet: Bool) {
        unsafe word = .allocate(capacity: 1)
        unsafe word.initialize(to: Atomic(isSet ? 1 : 0))
    }

    deinit {
        unsafe word.deinitialize(count: 1)
        unsafe word.deallocate()
    }

    // ORDERING: acquiring, with the release in `update`: what was sent before the signal was set has been seen.
    var isSet: Bool { unsafe word.pointee.load(ordering: .acquiring) != 0 }

    var probe: CancelProbe { unsafe CancelProbe(UnsafePointer(word), mask: 1, value: 1) }

    func update(_ isSet: Bool) {
        let bodies = waiters.withLock { waiters -> [@Sendable () -> Void] in
            if isSet, !self.isSet { waiters.sets &+= 1 }
            // ORDERING: see `isSet`.
            unsafe word.pointee.store(isSet ? 1 : 0, ordering: .releasing)
            guard isSet else { return [] }
            defer { waiters.bodies = [:] }
            return Array(waiters.bodies.values)
        }
        for body in bodies { body() }
    }

    /// How many times the signal was set, as far as this process was told.
    var sets: UInt64 { waiters.withLock { $0.sets } }

    /// Wakes those that wait: nobody can set the signal anymore.
    func giveUp() {
        let bodies = waiters.withLock { waiters in
            waiters.isGivenUp = true
            defer { waiters.bodies = [:] }
            return Array(waiters.bodies.values)
        }
        for body in bodies { body() }
    }

    /// Calls `body` once when the signal is set, at once if it is, or when nobody can set it anymore.
    ///
    /// - Returns: what forgets it.
    func whenSet(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let id: UInt64? = waiters.withLock { waiters in
            guard !isSet, !waiters.isGivenUp else { return nil }
            waiters.lastID += 1
            waiters.bodies[waiters.lastID] = body
            return waiters.lastID
        }
        guard let id else {
            body()
            return {}
        }
        return { [weak self] in _ = self?.waiters.withLock { $0.bodies.removeValue(forKey: id) } }
    }
}
