import MultitaskingCore

/// The calls that every worker makes once, before its next task or, if it comes later, before its first.
///
/// Only the client adds calls, and none is taken away. A call has a task for each worker that there was when it was
/// made: a queued slot that is in no ring, whose word names the worker. A process that comes later makes the call
/// without a task, unless it has failed.
struct CallTable {
    let arena: Arena

    init(_ arena: Arena) { self.arena = arena }

    /// One of the calls.
    struct Call: Record {
        enum Field: Int, RecordField {
            case function = 0
            case failure = 8
            case arguments = 16
            case inline = 32
            case slots = 64

            var size: Int {
                switch self {
                case .function, .failure: 8
                case .arguments: PayloadField.size
                case .inline: Call.inlineCapacity
                case .slots: ArenaLayout.workerLimit * 8
                }
            }
        }

        static let size = ArenaLayout.callStride
        static let inlineCapacity = 32

        let arena: Arena
        let number: Int

        var offset: Int { ArenaLayout.callTable + number * Self.size }

        /// The function's number in the function table.
        var function: SharedWord { word(.function) }

        /// The arguments, which stay as long as the pool.
        var arguments: PayloadField {
            PayloadField(
                arena: arena, offset: offset(of: .arguments), inline: offset(of: .inline),
                inlineCapacity: Self.inlineCapacity)
        }

        private var failure: SharedWord { word(.failure) }

        /// Whether it has thrown or ended its worker, so that workers that come later do not make it.
        var hasFailed: Bool { failure.load() != 0 }
        func fail() { failure.store(1) }

        /// The slot of a worker's task; none if it has none, or has taken it.
        func slot(of worker: Int) -> Shared<SlotNumber> { Shared(word(.slots, worker - 1)) }

        /// What the slot of a worker's task says while it waits for that worker.
        ///
        /// No other task's word is the same: those in a ring have no member while they are queued.
        func queuedWord(for worker: Int) -> SlotWord {
            SlotWord(.queued, member: worker, ticket: Ticket(position: UInt64(number), ring: .retries))
        }

        /// A worker's task, if it waits for that worker.
        func owed(by worker: Int) -> (slot: TaskSlot, word: SlotWord)? {
            guard let slot = arena.slot(self.slot(of: worker).load()) else { return nil }
            let word = queuedWord(for: worker)
            return slot.word.load() == word ? (slot, word) : nil
        }
    }

    private var countWord: SharedWord { arena.header.callCount }

    /// How many calls there are.
    var count: Int { min(Int(clamping: countWord.load()), ArenaLayout.callLimit) }

    /// Whether there are more calls than a worker has made.
    ///
    /// ORDERING: relaxed. The client adds a call, then rings the workers; a worker that sleeps says so before it looks.
    @inline(__always)
    func hasMore(than made: Int) -> Bool { countWord.loadRelaxed() > UInt64(made) && made < ArenaLayout.callLimit }

    subscript(number: Int) -> Call { Call(arena: arena, number: number) }

    /// The call whose task this is; nil for another task, or if a task has written over what it says.
    func call(of slot: TaskSlot) -> Call? {
        guard slot.kind == .call, slot.callNumber < ArenaLayout.callLimit else { return nil }
        return self[slot.callNumber]
    }

    /// Makes the call that was written behind the last one known.
    func publish(_ count: Int) { countWord.store(UInt64(count)) }

    /// Calls `body` with the tasks that wait for one of the workers.
    func forEachOwed(by workers: ClosedRange<Int>, _ body: (TaskSlot, SlotWord) -> Void) {
        for number in 0..<count {
            for worker in workers {
                if let (slot, word) = self[number].owed(by: worker) { body(slot, word) }
            }
        }
    }

    /// Whether a task waits for one of the workers.
    func isOwed(by workers: ClosedRange<Int>) -> Bool {
        (0..<count).contains { number in workers.contains { self[number].owed(by: $0) != nil } }
    }
}
