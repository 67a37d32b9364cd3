/// What a child is told about one attempt at a task, besides the call.
package struct RunOrder: Sendable, Hashable {
    /// Which attempt this is, from 1.
    package var attempt: Int
    /// The number of the worker in its pool.
    package var worker: Int
    /// How many tasks the worker has run.
    package var tasksRun: Int
    /// How many objects the pool had made when the task was handed over.
    package var made: UInt64
    package var seed: UInt64?
    /// How much of what the task prints is kept; nil for nothing.
    package var outputLimit: Int?
    /// Whether what the task prints is sent to the host as it comes, whatever the pool does.
    package var relaysOutput: Bool
    /// Which of the calls that all workers make this is.
    package var setUp: SetUpRole

    /// What a task is besides one.
    package enum SetUpRole: Sendable, Hashable {
        /// Nothing: calls that its process has not made yet are made before it.
        case none
        /// The call of this number; those before it are made first.
        case call(UInt64)
        /// All calls are made before it, including those that its process has already made.
        case allCalls
    }

    package init(
        attempt: Int, worker: Int, tasksRun: Int, made: UInt64, seed: UInt64?, outputLimit: Int?,
        relaysOutput: Bool = false, setUp: SetUpRole = .none
    ) {
        self.attempt = attempt
        self.worker = worker
        self.tasksRun = tasksRun
        self.made = made
        self.seed = seed
        self.outputLimit = outputLimit
        self.relaysOutput = relaysOutput
        self.setUp = setUp
    }

    private static let hasSeed: UInt8 = 1
    private static let keepsOutput: UInt8 = 2
    private static let makesAllCalls: UInt8 = 4
    private static let sendsOutput: UInt8 = 8

    /// Writes the order: 45 bytes.
    package func write(to writer: inout ByteWriter) {
        writer.add(UInt32(clamping: attempt))
        writer.add(UInt32(clamping: worker))
        writer.add(UInt64(clamping: tasksRun))
        writer.add(made)
        writer.add(seed ?? 0)
        writer.add(
            (seed == nil ? 0 : Self.hasSeed) | (outputLimit == nil ? 0 : Self.keepsOutput)
                | (setUp == .allCalls ? Self.makesAllCalls : 0) | (relaysOutput ? Self.sendsOutput : 0))
        writer.add(UInt32(clamping: outputLimit ?? 0))
        if case .call(let number) = setUp { writer.add(number) } else { writer.add(UInt64(0)) }
    }

    /// Reads an order.
    package init(_ reader: inout ByteReader) throws(FrameError) {
        attempt = Int(try reader.next(UInt32.self))
        worker = Int(try reader.next(UInt32.self))
        tasksRun = Int(clamping: try reader.next(UInt64.self))
        made = try reader.next()
        let seed = try reader.next(UInt64.self)
        let flags = try reader.next(UInt8.self)
        let limit = Int(try reader.next(UInt32.self))
        let number = try reader.next(UInt64.self)
        setUp = number > 0 ? .call(number) : flags & Self.makesAllCalls == 0 ? .none : .allCalls
        self.seed = flags & Self.hasSeed == 0 ? nil : seed
        outputLimit = flags & Self.keepsOutput == 0 ? nil : limit
        relaysOutput = flags & Self.sendsOutput != 0
    }
}
