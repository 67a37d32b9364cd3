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

    /// The kind of the task; nil if it has ended.
    ///
    /// The task of a copy ends with the copy, whichever worker has claimed it, and the slot may serve another one at
    /// once.
    @inline(__always)
    var kind: TaskSlot.Kind? { slot.kind(of: word) }
}
