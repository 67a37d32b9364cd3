import MultitaskingCore

/// One call of a channel that did not wait, with its answer and when it was made.
struct TimedCall: Codable, Sendable, Equatable {
    enum Answer: Codable, Sendable, Equatable {
        case sent(Int)
        /// There was no room.
        case full
        case received(Int)
        case empty
        /// How many elements were there.
        case count(Int)
    }

    var answer: Answer
    /// When the call was about to be made, and when it had returned, in nanoseconds of a clock that all callers share.
    var start: Int64
    var end: Int64
}

/// Calls of several callers at once on one channel, with the times at which they were made.
///
/// A channel is *linearizable* (Herlihy, Wing 1990): each call takes effect at one moment between its beginning and its
/// return. For queues of distinct elements, what breaks that has few forms (Henzinger, Sezgin, Vafeiadis,
/// "Aspect-oriented linearizability proofs", 2013): an element that is received twice or was never sent, two that are
/// received in the other order than that of sends which did not overlap, and an answer that tells a number of elements
/// which were not there at any moment of the call. So a history of any length is checked in O(n log n), where trying
/// all orders would take too long.
struct TimedHistory {
    let capacity: Int?
    let calls: [TimedCall]

    /// An element's sending, and its receiving, if it was received.
    private struct Passage {
        var sent: TimedCall
        var received: TimedCall?
    }

    /// The first thing that does not hold, in words.
    var breach: String? {
        var passages: [Int: Passage] = [:]
        for call in calls {
            guard case .sent(let number) = call.answer else { continue }
            guard passages[number] == nil else { return "element \(number) was sent twice" }
            passages[number] = Passage(sent: call)
        }
        for call in calls {
            guard case .received(let number) = call.answer else { continue }
            guard let passage = passages[number] else { return "element \(number) came and was never sent" }
            if passage.received != nil { return "element \(number) was received twice" }
            if call.end < passage.sent.start { return "element \(number) was received before it was sent" }
            passages[number]?.received = call
        }
        return orderBreach(passages) ?? answerBreach(Array(passages.values))
    }

    /// Two elements that were received in the other order than they were sent.
    private func orderBreach(_ passages: [Int: Passage]) -> String? {
        let starts = passages.sorted { $0.value.sent.start < $1.value.sent.start }
        let ends = passages.sorted { $0.value.sent.end < $1.value.sent.end }
        var sentBefore = ends.makeIterator()
        var next = sentBefore.next()
        // Of those that were sent before, the one that was received last.
        var last: (number: Int, received: Int64)?
        for (number, passage) in starts {
            while let (earlier, before) = next, before.sent.end < passage.sent.start {
                let received = before.received?.start ?? .max
                if received > last?.received ?? .min { last = (earlier, received) }
                next = sentBefore.next()
            }
            guard let received = passage.received, let last, last.received > received.end else { continue }
            return "element \(number) was received before element \(last.number), which was sent before it"
        }
        return nil
    }

    /// An answer that was not right at any moment of the call.
    private func answerBreach(_ passages: [Passage]) -> String? {
        let forEver = Int64.max / 4
        // An element is there for sure from the end of its sending to the beginning of its receiving, and may be there
        // from the beginning of the one to the end of the other.
        let least = StepFunction(passages.map { (2 * $0.sent.end + 1, 2 * ($0.received?.start ?? forEver)) }, <)
        let most = StepFunction(passages.map { (2 * $0.sent.start, 2 * ($0.received?.end ?? forEver) + 1) }, >)
        for call in calls {
            let (start, end) = (2 * call.start, 2 * call.end)
            switch call.answer {
            case .empty:
                let count = least.extreme(from: start, to: end)
                if count > 0 { return "a receive found nothing where there were \(count) elements or more" }
            case .full:
                let count = most.extreme(from: start, to: end)
                guard let capacity, count < capacity else { continue }
                return "a send found no room where there were \(count) elements or fewer, and \(capacity) fit"
            case .count(let count):
                let range = least.extreme(from: start, to: end)...most.extreme(from: start, to: end)
                if !range.contains(count) { return "\(count) elements were counted where there were \(range)" }
            case .sent, .received: continue
            }
        }
        return nil
    }
}

/// How many of some intervals contain a point in time, and the least or most of that over a span.
private struct StepFunction {
    private let times: [Int64]
    /// At `[k][i]`: the extreme of the 2^k values from the i-th time on (a sparse table: Bender, Farach-Colton 2000).
    private let table: [[Int]]
    private let isMore: (Int, Int) -> Bool

    /// - Parameter isMore: whether the first number is more extreme than the second.
    init(_ intervals: [(start: Int64, end: Int64)], _ isMore: @escaping (Int, Int) -> Bool) {
        var changes: [Int64: Int] = [.min: 0]
        for (start, end) in intervals where start < end {
            changes[start, default: 0] += 1
            changes[end, default: 0] -= 1
        }
        times = changes.keys.sorted()
        var count = 0
        var rows = [
            times.map { time -> Int in
                count += changes[time] ?? 0
                return count
            }
        ]
        while let row = rows.last, row.count > 1 << (rows.count - 1) {
            let half = 1 << (rows.count - 1)
            rows.append((0..<row.count - half).map { isMore(row[$0], row[$0 + half]) ? row[$0] : row[$0 + half] })
        }
        table = rows
        self.isMore = isMore
    }

    func extreme(from start: Int64, to end: Int64) -> Int {
        let (first, last) = (index(of: start), index(of: end))
        let level = (last - first + 1).bitWidth - 1 - (last - first + 1).leadingZeroBitCount
        let (one, other) = (table[level][first], table[level][last - (1 << level) + 1])
        return isMore(one, other) ? one : other
    }

    /// The last time that is not after `time`.
    private func index(of time: Int64) -> Int {
        var (low, high) = (0, times.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if times[middle] <= time { low = middle } else { high = middle }
        }
        return low
    }
}

/// Makes random calls that wait for nothing; what they gave, and when.
///
/// - Parameter origin: from where all callers count their time.
func makeTimedCalls(
    on queue: any Channel, by peer: Int, count: Int, seed: UInt64, since origin: ContinuousClock.Instant,
    within limit: Duration
) throws -> [TimedCall] {
    var random = SplitMix64(seed: seed &+ UInt64(peer))
    var calls: [TimedCall] = []
    func now() -> Int64 {
        let (seconds, attoseconds) = (ContinuousClock.now - origin).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
    func call(_ body: () throws -> TimedCall.Answer) rethrows {
        let start = now()
        let answer = try body()
        calls.append(TimedCall(answer: answer, start: start, end: now()))
    }
    let begin = ContinuousClock.now
    for step in 0..<count {
        // Where a call is a round trip, fewer must do.
        if step & 15 == 15, ContinuousClock.now - begin > limit { break }
        switch Int.random(in: 0..<20, using: &random) {
        case 0: call { .count(queue.status.count) }
        case 1..<11:
            let number = peer << 32 | step
            try call { try queue.send(number, wait: .never) ? .sent(number) : .full }
        default: try call { try queue.receive(as: Int.self, wait: .never).map { .received($0) } ?? .empty }
        }
    }
    return calls
}

/// Makes random calls in a task; see ``makeTimedCalls(on:by:count:seed:since:within:)``.
func playTimed(
    _ environment: any TaskEnvironment, _ channel: ChannelTicket, _ peer: Int, _ count: Int, _ seed: UInt64,
    _ origin: ContinuousClock.Instant, _ limit: Duration
) throws -> [TimedCall] {
    try makeTimedCalls(
        on: channel.open(environment), by: peer, count: count, seed: seed, since: origin, within: limit)
}
