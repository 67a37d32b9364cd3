import Synchronization

/// Where elements come from that a process keeps until it reports them.
protocol ElementSource: Sendable {
    /// Which channel it is: its place, and its serial there.
    var identity: (index: Int, serial: UInt64) { get }

    /// Lets go of an element whose task has ended without reporting it.
    func letGo(of claim: ElementClaim, journal: JournalEntry)
}

/// What this process has received from channels that redeliver, and not yet reported.
///
/// Only the process itself reports, so its own memory knows the order; if it dies, the supervisor finds the cells by
/// looking for those that name it.
final class UnacknowledgedElements: Sendable {
    private struct Key: Hashable {
        var channel: Int
        var serial: UInt64

        init(_ source: some ElementSource) { (channel, serial) = source.identity }
    }

    private struct Held {
        let source: any ElementSource
        var claims: [ElementClaim] = []
        /// How many of `claims` were reported.
        var first = 0
    }

    private let held = Mutex<[Key: Held]>([:])
    /// ORDERING: relaxed; the thread that ends a task has received what it received, or waited for the thread that did.
    private let isUsed = Atomic<Bool>(false)

    /// Adds an element that was received.
    func add(_ claim: ElementClaim, of source: some ElementSource) {
        let key = Key(source)
        held.withLock { $0[key, default: Held(source: source)].claims.append(claim) }
        isUsed.store(true, ordering: .relaxed)
    }

    /// Takes out the one that was received first; nil if there is none.
    func takeFirst(of source: some ElementSource) -> ElementClaim? {
        let key = Key(source)
        return held.withLock { held in
            guard var elements = held[key], elements.first < elements.claims.count else { return nil }
            // So that the array is not shared while it changes.
            held[key] = nil
            let claim = elements.claims[elements.first]
            elements.first += 1
            if elements.first * 2 > elements.claims.count {
                elements.claims.removeFirst(elements.first)
                elements.first = 0
            }
            held[key] = elements
            return claim
        }
    }

    /// Lets go of everything: its task has ended, and was not killed, so nothing goes back.
    @inline(__always)
    func release(as membership: LocalMember) {
        if isUsed.load(ordering: .relaxed) { releaseAll(as: membership) }
    }

    @inline(never)
    private func releaseAll(as membership: LocalMember) {
        isUsed.store(false, ordering: .relaxed)
        let all = held.withLock { exchange(&$0, with: [:]).values.map { ($0.source, $0.claims[$0.first...]) } }
        for (source, claims) in all {
            for claim in claims {
                membership.journal.withEntry { journal in
                    defer { journal.clear() }
                    source.letGo(of: claim, journal: journal)
                }
            }
        }
    }
}
