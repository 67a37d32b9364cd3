/// How a channel is bounded, and what becomes of elements whose receiver dies.
///
/// ```swift
/// let orders = try pool.makeChannel(ChannelOptions(capacity: 1000, byteCapacity: 64 << 20, redelivers: true))
/// ```
public struct ChannelOptions: Sendable, Hashable {
    /// How many elements fit; nil for no bound but memory; 0 to hand each from its sender to a receiver.
    ///
    /// With 0, `send` returns when a receiver has taken the element: see ``OfferingChannel``. Such a channel has no
    /// other bound and redelivers nothing.
    public var capacity: Int?

    /// How many encoded bytes fit, at least 1; nil for no bound but memory.
    ///
    /// An element is accepted while fewer bytes than this wait, or none: so one element may exceed the bound, by which
    /// it is never stuck. A backend that does not encode elements refuses this with `invalidArgument`.
    public var byteCapacity: Int?

    /// Whether an element goes back to the front of the channel when the task that received it dies before it calls
    /// ``JoiningChannel/taskDone()``.
    ///
    /// It is then received again, so the receiver must be able to meet an element twice; one that kills each of its
    /// receivers comes back each time. A task that returns or throws has not died: what it did not report stays
    /// unreported. What went back counts toward no bound. Report what is done: until then, or the end of the task,
    /// memory is kept for it. End such a channel by `join`, then `close`: after `close` receivers leave as soon as
    /// nothing waits, also if something may come back.
    public var redelivers: Bool

    /// Whether the channel closes by itself when its last sender is gone; see ``ChannelSender``.
    public var closesWithSenders: Bool

    /// Makes options; without arguments those of a channel that only memory limits.
    public init(
        capacity: Int? = nil, byteCapacity: Int? = nil, redelivers: Bool = false, closesWithSenders: Bool = false
    ) {
        self.capacity = capacity
        self.byteCapacity = byteCapacity
        self.redelivers = redelivers
        self.closesWithSenders = closesWithSenders
    }

    /// Throws `invalidArgument` unless the bounds are in their ranges and go together.
    public func validate() throws {
        if let capacity, capacity < 0 {
            throw MultitaskingError(
                .invalidArgument, "a channel's capacity is \(capacity); give at least 0, or nil for no bound")
        }
        if let byteCapacity, byteCapacity < 1 {
            throw MultitaskingError(
                .invalidArgument, "a channel's byteCapacity is \(byteCapacity); give at least 1, or nil for no bound")
        }
        if capacity == 0, byteCapacity != nil || redelivers {
            throw MultitaskingError(
                .invalidArgument,
                "a channel of capacity 0 keeps nothing, so that it can neither count bytes nor redeliver; leave these "
                    + "out, or give a capacity of at least 1")
        }
    }
}
