internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// The messages that a pool's threads send and receive, and their beginnings and ends, while a timeline is written.
final class TimelineLog: Sendable {
    // ORDERING: relaxed. What is sent while recording begins or ends may be missing.
    private let isOn = Atomic<Bool>(false)
    /// Whether there is no room, and how many messages were left out because of that: a timeline costs no more than
    /// what it can show.
    private let isFull = Atomic<Bool>(false)
    private let skipped = Atomic<Int>(0)
    private let state = Lock(State())

    fileprivate struct State {
        /// Where the threads are that were met.
        var places: [UInt: TimelinePlace] = [:]
        /// How many threads were met that are no workers.
        var others: Int32 = 0
        var messages: [TimelineMessage] = []
        var lives: [TimelineLife] = []
    }

    /// How many messages wait at most to be taken.
    private static let limit = 16_384

    /// When a call begins whose message is noted if it comes to one; 0 while no timeline is written, or has no room.
    @inline(__always)
    var start: Int64 { isOn.load(ordering: .relaxed) ? recordedStart : 0 }

    @inline(never)
    private var recordedStart: Int64 {
        guard isFull.load(ordering: .relaxed) else { return monotonicNanoseconds() }
        skipped.add(1, ordering: .relaxed)
        return 0
    }

    /// Begins or ends to record.
    func record(_ isOn: Bool) {
        state.withLock { ($0.messages, $0.lives) = ([], []) }
        isFull.store(false, ordering: .relaxed)
        skipped.store(0, ordering: .relaxed)
        self.isOn.store(isOn, ordering: .relaxed)
    }

    /// Notes a message.
    @inline(never)
    func add(isSend: Bool, _ channel: SharedObjectID, _ elements: Range<UInt64>, since start: Int64) {
        let (id, end) = (CurrentThread.id, monotonicNanoseconds())
        state.withLock { state in
            if state.messages.count >= Self.limit { isFull.store(true, ordering: .relaxed) }
            state.messages.append(
                TimelineMessage(
                    isSend: isSend, place: state.place(of: id), channel: channel, elements: elements, start: start,
                    end: end))
        }
    }

    /// The calling thread is this worker from now on.
    func begin(worker number: Int) {
        let place = TimelinePlace.worker(number, pid: nil)
        note("born", at: place) { $0.places[CurrentThread.id] = place }
    }

    /// The calling thread is a worker no longer.
    func end(worker number: Int) {
        note("left", at: .worker(number, pid: nil)) { $0.places[CurrentThread.id] = nil }
    }

    private func note(_ event: String, at place: TimelinePlace, _ change: (inout State) -> Void) {
        let isOn = isOn.load(ordering: .relaxed)
        state.withLock { state in
            change(&state)
            guard isOn else { return }
            state.lives.append(TimelineLife(place: place, event: event, time: monotonicNanoseconds()))
        }
    }

    /// Moves what was noted since the last call.
    func take(to events: inout TimelineEvents) {
        state.withLock { state in
            swap(&events.messages, &state.messages)
            swap(&events.lives, &state.lives)
            (state.messages, state.lives) = ([], [])
        }
        isFull.store(false, ordering: .relaxed)
        events.lostEvents += skipped.exchange(0, ordering: .relaxed)
    }
}

extension TimelineLog.State {
    fileprivate mutating func place(of thread: UInt) -> TimelinePlace {
        if let place = places[thread] { return place }
        others += 1
        let place = TimelinePlace.thread(TimelinePlace.otherThreads + others, pid: nil)
        places[thread] = place
        return place
    }
}
