/// The bounds of a channel, and what happens to elements whose receiver dies.
///
/// ```swift
/// let orders = try pool.makeChannel(ChannelOptions(capacity: 1000, byteCapacity: 64 << 20, redelivers: true))
/// ```
public struct ChannelOptions: Sendable, Hashable {
    /// How many elements fit: nil for no limit except memory, 0 to pass each element directly from a sender to a
    /// receiver.
    ///
    /// With a capacity of 0, `send` returns when a receiver has taken the element; see ``OfferingChannel``. Such a
    /// channel can't have a byte capacity or redeliver elements.
    public var capacity: Int?

    /// How many encoded bytes fit, at least 1; nil for no limit except memory.
    ///
    /// An element is accepted while the queue is empty or holds fewer bytes than this. One element may therefore exceed
    /// the capacity, so that a large element never gets stuck. A backend that doesn't encode elements refuses this
    /// option with `invalidArgument`.
    public var byteCapacity: Int?

    /// Whether an element goes back to the front of the channel when the task that received it dies before it calls
    /// ``JoiningChannel/taskDone()``.
    ///
    /// The element is then received again, so receivers must tolerate duplicates; an element that kills every receiver
    /// returns each time. A task that returns or throws has not died: elements that it didn't report stay unreported.
    /// Returned elements count toward neither capacity. Report each element when it is done: its memory is kept until
    /// then, or until the task ends. To end such a channel, call `join` and then `close`: after `close`, receivers stop
    /// as soon as the queue is empty, even if an element might still return.
    public var redelivers: Bool

    /// Whether the channel closes automatically when its last sender is gone; see ``ChannelSender``.
    public var closesWithSenders: Bool

    /// Creates options; without arguments, for an unbounded channel.
    public init(
        capacity: Int? = nil, byteCapacity: Int? = nil, redelivers: Bool = false, closesWithSenders: Bool = false
    ) {
        self.capacity = capacity
        self.byteCapacity = byteCapacity
        self.redelivers = redelivers
        self.closesWithSenders = closesWithSenders
    }

    /// Throws `invalidArgument` if a bound is out of range, or if two options exclude each other.
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
                "a channel of capacity 0 stores no elements, so it can neither count bytes nor redeliver; omit these "
                    + "options, or use a capacity of at least 1")
        }
    }
}
