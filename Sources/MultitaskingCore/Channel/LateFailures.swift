import Synchronization

/// The errors that batches have met behind their elements, of channels that receive each element by a call of its own.
///
/// Such a channel has no place for a ``LateFailure``, and doesn't know of its batches.
enum LateFailures {
    private struct Entry {
        /// Another channel may come to have its identity.
        weak var channel: (any Channel)?
        let failure: LateFailure
    }

    private static let entries = Lock<[ObjectIdentifier: Entry]>([:])
    /// ORDERING: relaxed; the lock hands the errors over.
    private static let areThere = Atomic<Bool>(false)

    /// Throws the first error that is kept for a channel, once. Without any, this costs one load.
    static func rethrow(of channel: any Channel) throws {
        guard areThere.load(ordering: .relaxed) else { return }
        let entry = entries.withLock { $0[ObjectIdentifier(channel)] }
        guard let entry, entry.channel === channel else { return }
        defer { forgetEmpty(ObjectIdentifier(channel)) }
        try entry.failure.rethrow()
    }

    private static func forgetEmpty(_ id: ObjectIdentifier) {
        entries.withLock { entries in
            if entries[id]?.failure.isEmpty == true { entries[id] = nil }
            areThere.store(!entries.isEmpty, ordering: .relaxed)
        }
    }

    /// Keeps an error for a channel's next batches, and drops those of channels that are gone.
    static func keep(_ error: any Error, of channel: any Channel) {
        let gone = entries.withLock { entries in
            let gone = entries.filter { $0.value.channel == nil }
            for id in gone.keys { entries[id] = nil }
            let entry = entries[ObjectIdentifier(channel)] ?? Entry(channel: channel, failure: LateFailure())
            entry.failure.keep(error)
            entries[ObjectIdentifier(channel)] = entry
            areThere.store(true, ordering: .relaxed)
            return gone
        }
        // The errors are released outside of the lock.
        withExtendedLifetime(gone) {}
    }
}
