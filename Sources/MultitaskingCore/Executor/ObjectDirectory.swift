/// Looks up the channels and signals of a pool by the references that were sent to a task.
///
/// In a backend that spans machines, a lookup may need a network round trip. Each method therefore has an asynchronous
/// counterpart that doesn't block a thread. It has its own name because the other is also available in asynchronous
/// contexts.
///
/// ```swift
/// let channel = try environment.channel(reference)
/// _ = try channel.send(7, wait: .forever)
/// ```
public protocol ObjectDirectory: Sendable {
    /// Returns the channel for a reference. May need a round trip.
    /// - Throws: `noSuchObject` if the pool has no such channel, or no longer has it.
    func channel(_ reference: SharedObjectID) throws -> any Channel

    /// Returns the cancel signal for a reference. May need a round trip.
    /// - Throws: `noSuchObject` if the pool has no such signal, or no longer has it.
    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal

    /// Returns the channel for a reference without blocking.
    func findChannel(_ reference: SharedObjectID) async throws -> any Channel

    /// Returns the cancel signal for a reference without blocking.
    func findCancelSignal(_ reference: SharedObjectID) async throws -> any CancelSignal
}

extension ObjectDirectory {
    /// Calls ``channel(_:)``, for backends in which that needs no round trip.
    public func findChannel(_ reference: SharedObjectID) async throws -> any Channel { try channel(reference) }

    /// Calls ``cancelSignal(_:)``, for backends in which that needs no round trip.
    public func findCancelSignal(_ reference: SharedObjectID) async throws -> any CancelSignal {
        try cancelSignal(reference)
    }
}
