package import MultitaskingCore

// What a pool's face to its users does.

extension RemotePool {
    private static let workerLimit = 100_000

    /// Throws `invalidArgument` for numbers that are out of range.
    package static func validate(_ maxWorkers: Int, _ queueLimit: Int?) throws {
        guard (1...workerLimit).contains(maxWorkers) else {
            throw MultitaskingError(
                .invalidArgument, "maxWorkers is \(maxWorkers); give a number from 1 to \(workerLimit)")
        }
        if let queueLimit, queueLimit < 1 {
            throw MultitaskingError(
                .invalidArgument, "queueLimit is \(queueLimit); give at least 1, or nil for no limit")
        }
    }

    /// Throws for options that the pool does not keep.
    package func validate(_ taskOptions: TaskOptions) throws { try taskOptions.validate(for: options.capabilities) }

    /// Queues a call; see `Executor`.
    package func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, _ taskOptions: TaskOptions
    ) throws -> Future<Function.Output> {
        try validate(taskOptions)
        try checkUsable()
        guard room.take(taskOptions.waitForRoom) else {
            try checkUsable()
            throw MultitaskingError(
                .timedOut,
                "the pool's queue is full, and no task has left it in time: wait longer (`waitForRoom`), or make the "
                    + "pool with a larger queueLimit")
        }
        do {
            let encoded = try OutgoingCall.encode(call, captures: options.captures, hub.shares)
            let task = RemoteTask<Function>(
                encoded, taskOptions, companion: Function.companion(of: call.arguments), self)
            try add(task)
            task.startTimer()
            return Future(task)
        } catch {
            room.give()
            throw error
        }
    }

    package func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        try options.validate()
        return RemoteChannel.make(options, try makeObject(), at: hub)
    }

    package func makeCancelSignal() throws -> any CancelSignal { RemoteSignal.make(try makeObject(), at: hub) }
}
