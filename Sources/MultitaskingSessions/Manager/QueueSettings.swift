/// The queues, cancel event, and locks that a manager or session has for its tasks, and the sizes of its queues.
///
/// ```swift
/// var globals = QueueSettings.none
/// globals.inputQueue = true
/// globals.inputQueueSize = 100
/// try withExecutor(try MyPool(), globals: globals) { manager in … }
/// ```
public struct QueueSettings: Sendable, Hashable {
    /// Whether there is an input queue.
    public var inputQueue: Bool
    /// Whether there is an output queue.
    public var outputQueue: Bool
    /// Whether there is a cancel event.
    public var cancelEvent: Bool
    /// Whether draining the input queue is atomic among the parent's threads.
    public var inputQueueLock: Bool
    /// Whether draining the output queue is atomic among the parent's threads.
    public var outputQueueLock: Bool
    /// How many elements fit in the input queue, at least 1; nil for no limit.
    public var inputQueueSize: Int?
    /// How many elements fit in the output queue, at least 1; nil for no limit.
    public var outputQueueSize: Int?

    /// Creates settings; by default, without any object.
    public init(
        inputQueue: Bool = false, outputQueue: Bool = false, cancelEvent: Bool = false, inputQueueLock: Bool = false,
        outputQueueLock: Bool = false, inputQueueSize: Int? = nil, outputQueueSize: Int? = nil
    ) {
        self.inputQueue = inputQueue
        self.outputQueue = outputQueue
        self.cancelEvent = cancelEvent
        self.inputQueueLock = inputQueueLock
        self.outputQueueLock = outputQueueLock
        self.inputQueueSize = inputQueueSize
        self.outputQueueSize = outputQueueSize
    }

    /// No queue, event, or lock.
    public static let none = QueueSettings()

    /// Every queue, event, and lock; the queues are unbounded.
    public static let all = QueueSettings(
        inputQueue: true, outputQueue: true, cancelEvent: true, inputQueueLock: true, outputQueueLock: true)

    func validate() throws {
        for (name, size) in [("inputQueueSize", inputQueueSize), ("outputQueueSize", outputQueueSize)] {
            guard let size, size < 1 else { continue }
            throw MultitaskingError(
                .invalidArgument, "\(name) is \(size), but must be at least 1; pass nil for a queue without a limit")
        }
    }
}
