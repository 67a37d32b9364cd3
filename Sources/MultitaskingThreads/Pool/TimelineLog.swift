internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// Which threads are a pool's workers, and what channels have noted that are gone, while a timeline is written.
final class TimelineLog: Sendable {
    // ORDERING: relaxed. What is sent while recording begins or ends may be missing.
    private let isOn = Atomic<Bool>(false)
    private let state = Lock(State())
    /// Wakes the thread that writes the timeline, if it rests.
    let rest = TimelineRest()

    fileprivate struct State {
        /// What the threads that were met were, and from when on.
        var stays: [UInt: ArraySlice<Stay>] = [:]
        /// How many threads were met that aren't workers.
        var others: Int32 = 0
        var events = TimelineEvents()
    }

    fileprivate struct Stay {
        var start: Int64
        /// Nil if the thread isn't a worker, and hasn't been heard of yet.
        var place: TimelinePlace?
    }

    /// What a call hands on whose message is noted if it comes to one. As soon as it waits, that is the time; 0 while
    /// no timeline is written.
    @inline(__always)
    var start: Int64 { isOn.load(ordering: .relaxed) ? recordedStart : 0 }

    @inline(never)
    private var recordedStart: Int64 {
        rest.wake()
        return ChannelNotes.atOnce
    }

    /// Begins or ends to record.
    func record(_ isOn: Bool) {
        state.withLock { state in
            state.events = TimelineEvents()
            // What a thread was before does not matter anymore.
            state.stays = state.stays.mapValues { $0.suffix(1) }
        }
        self.isOn.store(isOn, ordering: .relaxed)
    }

    /// The calling thread is this worker from now on.
    func begin(worker number: Int) {
        let place = TimelinePlace.worker(number, pid: nil)
        note("born", at: place, isThere: true)
    }

    /// The calling thread is a worker no longer.
    func end(worker number: Int) {
        note("left", at: .worker(number, pid: nil), isThere: false)
    }

    private func note(_ event: String, at place: TimelinePlace, isThere: Bool) {
        let (thread, now) = (CurrentThread.id, eventNanoseconds())
        // ORDERING: relaxed. A life that begins or ends while recording begins or ends may be missing.
        let isOn = isOn.load(ordering: .relaxed)
        state.withLock { state in
            let stay = Stay(start: now, place: isThere ? place : nil)
            // While nobody records, what the thread was before does not matter.
            state.stays[thread] = isOn ? state.stays[thread, default: []] + [stay] : [stay]
            if isOn { state.events.lives.append(TimelineLife(place: place, event: event, time: now)) }
        }
        rest.wake()
    }

    /// Makes messages of what a channel has noted.
    func add(_ notes: [ChannelNotes.Note], lost: Int, of channel: SharedObjectID) {
        guard !notes.isEmpty || lost > 0, isOn.load(ordering: .relaxed) else { return }
        state.withLock { state in
            state.events.lostEvents += lost
            state.events.messages.reserveCapacity(state.events.messages.count + notes.count)
            for note in notes {
                let place = state.place(of: note.thread, at: note.end)
                state.events.messages.append(
                    TimelineMessage(
                        isSend: note.isSend, place: place, channel: channel, elements: note.elements,
                        start: note.start, end: note.end))
            }
        }
    }

    /// What was noted since the last call.
    func take() -> TimelineEvents { state.withLock { exchange(&$0.events, with: TimelineEvents()) } }
}

extension TimelineLog.State {
    /// Where a thread was at some time.
    fileprivate mutating func place(of thread: UInt, at time: Int64) -> TimelinePlace {
        let stays = stays[thread, default: []]
        let index = stays.lastIndex { $0.start <= time }
        if let index, let place = stays[index].place { return place }
        others += 1
        let place = TimelinePlace.thread(TimelinePlace.otherThreads + others, pid: nil)
        if let index {
            self.stays[thread]?[index].place = place
        } else {
            self.stays[thread] = [TimelineLog.Stay(start: .min, place: place)] + stays
        }
        return place
    }
}
