/// What the watcher asks on behalf of those that wait, by what they wait for.
///
/// What has changed is noted in the arena (`EndedTasks`, `ChangedObjects`), so that each change costs the same however
/// many wait for others. All are asked now and then as well, some at a time: what is noted there may be written over by
/// a broken task, and a task that nobody has any more ends without a word.
struct WatchedPolls {
    /// What a poll waits for.
    enum Subject: Hashable {
        /// The task of a slot.
        case task(Int)
        /// A channel or signal, by its number in `ChangedObjects`.
        case object(Int)
        /// Anything that raises the event: asked whenever that is raised.
        case other
    }

    struct Poll: Sendable {
        let id: UInt64
        let isOver: @Sendable () -> Bool
        /// Called once, when it is over.
        let body: @Sendable () -> Void
        /// In which interval it is to be asked, because it may be over by then without a word; 0 if in none.
        fileprivate var interval: Int64 = 0

        init(id: UInt64, isOver: @escaping @Sendable () -> Bool, body: @escaping @Sendable () -> Void) {
            (self.id, self.isOver, self.body) = (id, isOver, body)
        }
    }

    /// A poll that is to be asked, which stays in its place meanwhile.
    typealias Entry = (subject: Subject, poll: Poll)

    /// Those for one subject: mostly one, for which nothing is allocated.
    private struct Place {
        let subject: Subject
        var first: Poll?
        var others: [UInt64: Poll] = [:]

        var isEmpty: Bool { first == nil && others.isEmpty }

        /// The first stays that which came first, for the order.
        mutating func add(_ poll: Poll) { if isEmpty { first = poll } else { others[poll.id] = poll } }

        mutating func remove(_ id: UInt64) -> Poll? {
            first?.id == id ? first.take() : others.removeValue(forKey: id)
        }

        /// Changes when a poll is to be asked, and returns it.
        mutating func move(_ id: UInt64, to interval: Int64) -> Poll? {
            if first?.id == id {
                first?.interval = interval
                return first
            }
            others[id]?.interval = interval
            return others[id]
        }

        func append(to entries: inout [Entry]) {
            if let first { entries.append((subject, first)) }
            guard !others.isEmpty else { return }
            // In the order in which they came.
            for id in others.keys.sorted() { if let poll = others[id] { entries.append((subject, poll)) } }
        }
    }

    /// How exactly tasks that expire are asked for, and how often some of all are, in nanoseconds.
    private static let interval: Int64 = 50_000_000
    /// In how many parts all are asked, and how many subjects a part has at most.
    private static let parts = 10
    static let partLimit = 1_000

    /// In any order, so that a part of them can be asked at a time.
    private var places: [Place] = []
    private var indices: [Subject: Int] = [:]
    /// With which of them the next part begins, and when.
    private var cursor = 0
    private var nextPart: Int64 = 0
    /// Those that expire, by the intervals in which they are to be asked.
    private var expiring: [Int64: [UInt64: Subject]] = [:]
    /// Up to which interval they were asked.
    private var lastInterval: Int64 = 0
    private(set) var count = 0

    /// - Parameter expiry: when it may be over without a word, in nanoseconds.
    mutating func add(_ poll: Poll, for subject: Subject, expiry: Int64? = nil) {
        var poll = poll
        if let expiry {
            poll.interval = max(expiry / Self.interval, lastInterval) + 1
            expiring[poll.interval, default: [:]][poll.id] = subject
        }
        count += 1
        guard let index = indices[subject] else {
            indices[subject] = places.count
            return places.append(Place(subject: subject, first: poll))
        }
        places[index].add(poll)
    }

    /// Takes one away; nil if it is not there. What it leads to must be let go of without a lock.
    mutating func remove(_ id: UInt64, for subject: Subject) -> Poll? {
        guard let index = indices[subject], let poll = places[index].remove(id) else { return nil }
        count -= 1
        if places[index].isEmpty { removePlace(index) }
        if poll.interval != 0 {
            expiring[poll.interval]?[id] = nil
            if expiring[poll.interval]?.isEmpty == true { expiring[poll.interval] = nil }
        }
        return poll
    }

    private mutating func removePlace(_ index: Int) {
        indices[places[index].subject] = nil
        let last = places.removeLast()
        guard index < places.count else { return }
        places[index] = last
        indices[last.subject] = index
    }

    // MARK: Whom to ask

    func append(_ subject: Subject, to entries: inout [Entry]) {
        if let index = indices[subject] { places[index].append(to: &entries) }
    }

    func appendAll(to entries: inout [Entry]) { for place in places { place.append(to: &entries) } }

    /// Those that may have expired by a time, which are asked again later if they are not over then.
    mutating func appendExpired(at now: Int64, to entries: inout [Entry]) {
        let current = now / Self.interval
        guard current > lastInterval else { return }
        let passed =
            current - lastInterval > Int64(expiring.count)
            ? expiring.keys.filter { $0 <= current } : (lastInterval + 1...current).filter { expiring[$0] != nil }
        lastInterval = current
        for interval in passed {
            for (id, subject) in expiring.removeValue(forKey: interval) ?? [:] {
                guard let index = indices[subject], let poll = places[index].move(id, to: current + 1) else { continue }
                expiring[current + 1, default: [:]][id] = subject
                entries.append((subject, poll))
            }
        }
    }

    /// Some of all, if it is time for that.
    mutating func appendPart(at now: Int64, to entries: inout [Entry]) {
        guard now >= nextPart, !places.isEmpty else { return }
        nextPart = now + Self.interval
        for _ in 0..<min(Self.partLimit, (places.count + Self.parts - 1) / Self.parts) {
            if cursor >= places.count { cursor = 0 }
            places[cursor].append(to: &entries)
            cursor += 1
        }
    }

    /// Checks the next part immediately: the last one has shown that there is more to find.
    mutating func hastenNextPart() { nextPart = 0 }
}
