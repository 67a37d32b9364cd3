/// Finds the channels and signals of a pool by the references that were sent to a task.
///
/// Looking one up may take a round trip where a backend has nodes on other machines; its asynchronous twin, which has
/// another name because the other may be called in an asynchronous context as well, then blocks no thread.
///
/// ```swift
/// let channel = try environment.channel(reference)
/// try channel.send(7)
/// ```
public protocol ObjectDirectory: Sendable {
    /// The channel behind a reference; may take a round trip.
    /// - Throws: `noSuchObject` if the pool has no such channel (any more).
    func channel(_ reference: SharedObjectID) throws -> any Channel

    /// The cancel signal behind a reference; may take a round trip.
    /// - Throws: `noSuchObject` if the pool has no such signal (any more).
    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal

    /// The asynchronous twin of ``channel(_:)``.
    func findChannel(_ reference: SharedObjectID) async throws -> any Channel

    /// The asynchronous twin of ``cancelSignal(_:)``.
    func findCancelSignal(_ reference: SharedObjectID) async throws -> any CancelSignal
}

extension ObjectDirectory {
    /// Calls ``channel(_:)``, where that takes no round trip.
    public func findChannel(_ reference: SharedObjectID) async throws -> any Channel { try channel(reference) }

    /// Calls ``cancelSignal(_:)``, where that takes no round trip.
    public func findCancelSignal(_ reference: SharedObjectID) async throws -> any CancelSignal {
        try cancelSignal(reference)
    }
}
