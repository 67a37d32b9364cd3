/// A task in the hands of the process that runs it.
struct Claim {
    let slot: TaskSlot
    /// The slot's word since the task was claimed; nil in a copy of the client, which does not claim its task itself.
    private let fixedWord: SlotWord?

    /// What a worker has claimed.
    @inline(__always)
    init(_ slot: TaskSlot, _ word: SlotWord) {
        self.slot = slot
        fixedWord = word
    }

    /// The task of a copy of the client. Whichever worker stands in for it has claimed it, and that may change.
    init(ofForkedTask slot: TaskSlot) {
        self.slot = slot
        fixedWord = nil
    }

    /// The slot's word while the task is claimed.
    @inline(__always)
    var word: SlotWord { fixedWord ?? slot.word.load() }

    /// Ends the task by `end`, which says whether the slot's word was still the one that it is given, unless somebody
    /// else has or is about to.
    @inline(__always)
    func end(_ end: (SlotWord) -> Bool) {
        if let fixedWord {
            if fixedWord.status == .claimed { _ = end(fixedWord) }
            return
        }
        while true {
            let word = slot.word.load()
            // Without a stand-in at the moment, because that worker died, it is queued. If it was between the load and
            // `end`, and another worker stands in for the copy by now, the word may even be the same as before.
            guard word.status == .claimed || word.status == .queued, !end(word) else { return }
        }
    }

    /// The kind of the task; nil if it has ended.
    ///
    /// The task of a copy ends with the copy, whichever worker has claimed it, and the slot may serve another one at
    /// once.
    @inline(__always)
    var kind: TaskSlot.Kind? { slot.kind(of: word) }
}
