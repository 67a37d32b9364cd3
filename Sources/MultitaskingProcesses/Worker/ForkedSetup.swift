import MultitaskingCore

/// What workers run first and last that cannot be read from the arena, since it captures what cannot be copied: those
/// that are forked have it in their memory.
struct ForkedSetup: Sendable {
    var initializer: (any WorkerCall)?
    var finalizer: (any WorkerCall)?
    /// Why workers that are not forked could not make these calls; nil if they can.
    var spawnObstacle: MultitaskingError?
}

/// What a finalizer has returned or thrown, on its way to the client.
struct FinalizerReport: Codable, Sendable {
    var isError: Bool
    var bytes: [UInt8]
}
