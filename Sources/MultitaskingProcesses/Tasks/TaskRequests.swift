import MultitaskingCore

/// What is asked of the task that a slot serves, and which of its tasks that is: one word, in the slot.
struct TaskRequests {
    /// Bit 0: nobody will read the result. Bit 1: the client wants the task ended. Bit 2: the task is asked to end.
    /// From bit 3: how many tasks the slot has served.
    let flags: SharedWord

    private static let abandonedFlag: UInt64 = 1
    private static let forceFlag: UInt64 = 2
    private static let endFlag: UInt64 = 4
    private static let allFlags: UInt64 = 7

    /// Nothing is asked of the slot's next task.
    func prepare() {
        flags.storeRelaxed((flags.loadRelaxed() | Self.allFlags) &+ 1)
    }

    /// How many tasks the slot has served, with the present one.
    var servedTasks: UInt64 { flags.loadRelaxed() >> 3 }

    /// What was asked for at some time, and of which task of the slot.
    struct Snapshot {
        fileprivate let flags: UInt64
        var isEndAskedFor: Bool { flags & TaskRequests.forceFlag != 0 }
    }

    var snapshot: Snapshot { Snapshot(flags: flags.load()) }

    /// Nobody will read the result.
    func abandonResult() { flags.formUnion(Self.abandonedFlag) }
    var isResultAbandoned: Bool { flags.load() & Self.abandonedFlag != 0 }

    /// The client wants the task ended by force.
    func askForEnd() { flags.formUnion(Self.forceFlag) }

    /// The task itself is asked to end; false if anything was asked for since `snapshot`, or the slot serves another
    /// task.
    func requestEnd(after snapshot: Snapshot) -> Bool {
        flags.compareExchange(snapshot.flags, snapshot.flags | Self.endFlag)
    }

    /// Whatever task the slot serves is asked to end.
    func requestEnd() { flags.formUnion(Self.endFlag) }

    /// The task's next attempt is not asked to end because an earlier one was.
    func withdrawEnd() { flags.formClear(Self.endFlag) }

    /// ORDERING: relaxed, as for cancel signals.
    @inline(__always)
    var isEndRequested: Bool { flags.loadRelaxed() & Self.endFlag != 0 }
    var endProbe: CancelProbe { flags.probe(mask: Self.endFlag, value: Self.endFlag) }
}
