internal import MultitaskingCore

/// A participant in a simulation: the thread that made the pool, a worker, or another thread that calls in.
struct Party: Sendable {
    enum Activity: Sendable {
        /// Outside of the simulation: a worker without a task, or a thread that is busy elsewhere.
        /// Exits: `ready` when it gets a task or calls in.
        case absent
        /// Could go on, or does. Exits: `waiting` when it must wait; `dying`; `absent` when it is through.
        case ready
        /// Waits for a condition. Exits: `ready` when it is its turn after the condition came true; `dying`.
        case waiting(Condition)
        /// Its worker died: what it still does counts for nothing. Exits: `absent` when its function has returned.
        case dying
    }

    let parker = Parker()
    var activity = Activity.absent
    /// The thread that is this party now.
    var thread: UInt?
    /// Counts waits, so that the end of one is not taken for that of another.
    var waitNumber = 0
    /// Whether the limit of its wait has passed.
    var hasTimedOut = false
    /// Whether its last call found nothing to do.
    var isPolling = false
    /// Whether it is inside of a call.
    var isInside = false
    /// How many calls were refused since its worker died.
    var refusals = 0

    var isAbsent: Bool { if case .absent = activity { true } else { false } }
    var isWaiting: Bool { if case .waiting = activity { true } else { false } }
    var isDying: Bool { if case .dying = activity { true } else { false } }

    /// Whether it waits for something that may come from outside of the simulation.
    var isOpen: Bool { if case .waiting(let condition) = activity { condition.isOpen } else { false } }

    /// What it waits for that may come from outside of the simulation.
    var openWaits: [OpenWait] {
        if case .waiting(let condition) = activity { condition.openWaits } else { [] }
    }
}

/// What a party waits for.
enum Condition: Sendable {
    /// Room in a channel.
    case room(UInt64)
    /// That what is held out in a channel under a number was taken, or the channel's end.
    case settled(UInt64, offer: Int)
    /// An element of a channel, or its end.
    case element(UInt64)
    /// That every element of a channel was reported as done.
    case joined(UInt64)
    /// That a signal is set, or, unless nil, was since it had been set so many times.
    case signal(UInt64, sets: Int?)
    /// The end of a task.
    case ended(Int)
    /// Room for another task.
    case taskRoom
    /// That the pool has no workers anymore.
    case poolEnd
    /// Nothing but time.
    case time
    /// Nothing at all: a fault.
    case stuck
    /// That an `async` function can go on, or its task is asked to end.
    case job(@Sendable () -> Bool, orEndOf: Int?)
    /// What may come from outside the simulation.
    case open(OpenWait)
    /// Something of a layer above.
    case other(@Sendable () -> Bool)
    /// One of several.
    indirect case any([Condition])

    /// Whether something in it may come from outside.
    var isOpen: Bool {
        switch self {
        case .open: true
        case .any(let conditions): conditions.contains(where: \.isOpen)
        default: false
        }
    }

    /// What in it may come from outside.
    var openWaits: [OpenWait] {
        switch self {
        case .open(let wait): [wait]
        case .any(let conditions): conditions.flatMap(\.openWaits)
        default: []
        }
    }
}

/// A wait for what may come from outside of the simulation.
struct OpenWait: Sendable {
    let name: String
    let isThere: @Sendable () -> Bool
    /// Where it may come from now. Never called under the lock, as it may release what calls in.
    let look: @Sendable () -> Outside
}
