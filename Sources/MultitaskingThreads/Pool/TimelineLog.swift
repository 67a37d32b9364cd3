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
    /// What was noted. Held for a moment by who sends and receives, also while `state` is.
    private let notes = Lock<[Note]>([])
    private let state = Lock(State())
    /// Wakes who writes the timeline, if it rests.
    let rest = TimelineRest()

    fileprivate struct Note {
        /// Where this thread is says who takes the note.
        var thread: UInt
        var isSend: Bool
        var channel: SharedObjectID
        var elements: Range<UInt64>
        var start: Int64
        var end: Int64
    }

    fileprivate struct State {
        /// Where the threads are that were met.
        var places: [UInt: TimelinePlace] = [:]
        /// How many threads were met that are no workers.
        var others: Int32 = 0
        var messages: [TimelineMessage] = []
        var lives: [TimelineLife] = []
        /// What takes the place of the notes that are taken.
        var spare: [Note] = []
    }

    /// How many messages wait at most to be taken.
    private static let limit = 16_384
    /// The beginning of a call that does not wait: it takes so little time that its end says as much.
    private static let atOnce: Int64 = -1

    /// What a call hands on whose message is noted if it comes to one. As soon as it waits, that is the time; 0 while
    /// no timeline is written, or has no room.
    @inline(__always)
    var start: Int64 { isOn.load(ordering: .relaxed) ? recordedStart : 0 }

    @inline(never)
    private var recordedStart: Int64 {
        rest.wake()
        guard isFull.load(ordering: .relaxed) else { return Self.atOnce }
        skipped.add(1, ordering: .relaxed)
        return 0
    }

    /// Begins or ends to record.
    func record(_ isOn: Bool) {
        state.withLock { state in
            (state.messages, state.lives, state.spare) = ([], [], [])
            notes.withLock { $0 = [] }
        }
        isFull.store(false, ordering: .relaxed)
        skipped.store(0, ordering: .relaxed)
        self.isOn.store(isOn, ordering: .relaxed)
    }

    /// Notes a message: one look at the clock, and one short lock.
    @inline(never)
    func add(isSend: Bool, _ channel: SharedObjectID, _ elements: Range<UInt64>, since start: Int64) {
        let (thread, end) = (CurrentThread.id, monotonicNanoseconds())
        let note = Note(
            thread: thread, isSend: isSend, channel: channel, elements: elements,
            start: start == Self.atOnce ? end : start, end: end)
        let count = notes.withLock { notes in
            notes.append(note)
            return notes.count
        }
        if count == Self.limit { isFull.store(true, ordering: .relaxed) }
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
            // What the thread has noted so far was where it is now.
            if isOn { placeNotes(&state) }
            change(&state)
            guard isOn else { return }
            state.lives.append(TimelineLife(place: place, event: event, time: monotonicNanoseconds()))
        }
        rest.wake()
    }

    /// Moves what was noted since the last call.
    func take(to events: inout TimelineEvents) {
        state.withLock { state in
            placeNotes(&state)
            swap(&events.messages, &state.messages)
            swap(&events.lives, &state.lives)
            (state.messages, state.lives) = ([], [])
        }
        isFull.store(false, ordering: .relaxed)
        events.lostEvents += skipped.exchange(0, ordering: .relaxed)
    }

    /// Makes messages of the notes, whose threads are looked up here and not by those who send and receive.
    private func placeNotes(_ state: inout State) {
        notes.withLock { swap(&$0, &state.spare) }
        for note in state.spare {
            let place = state.place(of: note.thread)
            state.messages.append(
                TimelineMessage(
                    isSend: note.isSend, place: place, channel: note.channel, elements: note.elements,
                    start: note.start, end: note.end))
        }
        state.spare.removeAll(keepingCapacity: true)
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
