internal import MultitaskingCore

/// What a child runs besides its tasks: the pool's initializer and finalizer, and the calls that all workers make.
struct SetUpCalls {
    /// What a call is for, as frames have it.
    enum Role: UInt8, Sendable {
        /// Nothing anymore.
        case none = 0
        case initializer = 1
        case finalizer = 2
        case call = 3
        /// No call, but the pool's identity.
        case identity = 4
    }

    struct Call: Sendable {
        let role: Role
        let call: FrameTail
    }

    /// By their numbers, in whose order they are made.
    private var calls: [UInt64: Call] = [:]
    private var made: Set<UInt64> = []
    /// Whether there may be one that was not made.
    private var isBehind = false
    private(set) var finalizer: FrameTail?
    private(set) var identity: UInt64 = 0

    /// Takes what the pool has added, or taken back.
    mutating func take(_ frame: Frame) throws(FrameError) {
        var reader = frame.reader
        guard let role = Role(rawValue: try reader.next()) else { throw FrameError("a call has an unknown role") }
        let call = try frame.tail(&reader)
        switch role {
        case .none: calls[frame.id] = nil
        case .finalizer: finalizer = call
        case .identity:
            var bytes = ByteReader(call.array)
            identity = try bytes.next()
        case .initializer, .call:
            calls[frame.id] = Call(role: role, call: call)
            isBehind = true
        }
    }

    /// The calls to be made before a task, in their order. They count as made.
    mutating func takeDue(before task: RunOrder.SetUpRole) -> [Call] {
        switch task {
        case .none:
            guard isBehind else { return [] }
            isBehind = false
            return take { _, _ in true }
        case .call(let number):
            defer { made.insert(number) }
            return take { each, _ in each < number }
        case .allCalls:
            let isInitialized = made
            made = made.filter { calls[$0]?.role == .initializer }
            defer { made.formUnion(isInitialized) }
            return take { _, _ in true }
        }
    }

    private mutating func take(where isDue: (UInt64, Call) -> Bool) -> [Call] {
        let due = calls.filter { !made.contains($0.key) && isDue($0.key, $0.value) }.sorted { $0.key < $1.key }
        made.formUnion(due.map(\.key))
        return due.map(\.value)
    }
}

/// Measures how long a task is at each of its parts.
struct PhaseClock {
    private(set) var times = RunTimes()
    private var phase = WorkerFailure.Phase.idle
    private var since: Int64 = 0

    /// Begins with a part of a task; the last one ends.
    mutating func enter(_ next: WorkerFailure.Phase, at now: Int64) {
        let time = UInt64(max(0, now - since))
        switch phase {
        case .idle, .initializing: break
        case .decoding: times.decoding += time
        case .running: times.running += time
        case .encoding: times.encoding += time
        }
        (phase, since) = (next, now)
    }

    /// Begins with another task.
    mutating func reset() { self = PhaseClock() }
}
