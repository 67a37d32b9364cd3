/// The task options that a backend supports.
///
/// A backend names the options that it supports, and lets ``TaskOptions/validate(for:)`` refuse all others:
///
/// ```swift
/// try options.validate(for: [.timeout, .crashRetries])
/// ```
/// A backend that doesn't know an option of a later version refuses it and never ignores it.
public struct TaskCapabilities: OptionSet, Sendable, Hashable {
    /// One bit for each capability.
    public let rawValue: UInt32

    /// Creates a set from these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// ``TaskOptions/timeout``: ends a running task.
    public static let timeout = Self(rawValue: 1 << 0)
    /// ``TaskOptions/queueTimeout``: ends a queued task.
    public static let queueTimeout = Self(rawValue: 1 << 1)
    /// ``RetryPolicy/onCrash``: retries a task whose worker died.
    public static let crashRetries = Self(rawValue: 1 << 2)
    /// ``RetryPolicy/errors``: retries a task that threw.
    public static let errorRetries = Self(rawValue: 1 << 3)
    /// ``RetryPolicy/onLoss``: retries a task whose worker was lost.
    public static let lossRetries = Self(rawValue: 1 << 4)
    /// ``TaskOptions/resources``: decides where and when a task runs.
    public static let resources = Self(rawValue: 1 << 5)

    /// ``TaskOptions/priority``: decides which queued task starts first.
    public static let priorities = Self(rawValue: 1 << 6)
    /// ``TaskOptions/seed``: determines a task's random numbers.
    public static let seeds = Self(rawValue: 1 << 7)
    /// ``TaskOptions/output``: captures what a task prints.
    public static let output = Self(rawValue: 1 << 8)
    /// ``TaskOptions/output`` can put the task's name in front of each line that it prints.
    public static let prefixedOutput = Self(rawValue: 1 << 9)

    /// What each is called in ``TaskOptions``.
    private static let names: [(capability: Self, name: String)] = [
        (.timeout, "timeout"), (.queueTimeout, "queueTimeout"), (.crashRetries, "retries after a crash"),
        (.errorRetries, "retries after errors"), (.lossRetries, "retries after a loss"), (.resources, "resources"),
        (.priorities, "priority"), (.seeds, "seed"), (.output, "output"),
        (.prefixedOutput, "prefixed output"),
    ]

    /// The names of the options, for an error message.
    var optionNames: String { Self.names.filter { contains($0.capability) }.map(\.name).joined(separator: ", ") }
}

/// An executor that can be asked what it refuses, before there is a call to submit.
package protocol ChecksSubmissions: Executor {
    /// Throws whatever ``Executor/submit(_:options:)`` throws for these options.
    func validate(_ options: TaskOptions) throws

    /// Throws whatever ``Executor/submit(_:options:)`` throws if the executor takes no task at all.
    func checkUsable() throws
}

extension TaskOptions {
    /// The capabilities that these options require.
    public var requiredCapabilities: TaskCapabilities {
        var required: TaskCapabilities = []
        if timeout != nil { required.insert(.timeout) }
        if queueTimeout != nil { required.insert(.queueTimeout) }
        if retries.onCrash { required.insert(.crashRetries) }
        if !retries.errors.isEmpty { required.insert(.errorRetries) }
        if retries.onLoss { required.insert(.lossRetries) }
        if resources != nil { required.insert(.resources) }
        if priority != .normal { required.insert(.priorities) }
        if seed != nil { required.insert(.seeds) }
        switch output {
        case .inherited: break
        case .capture: required.insert(.output)
        case .prefixed: required.insert(.prefixedOutput)
        }
        return required
    }

    /// Throws `invalidArgument` if a number is out of range or if the backend doesn't support an option.
    ///
    /// Each backend calls this in `submit`, before it encodes anything.
    /// - Parameter capabilities: what the backend supports.
    public func validate(for capabilities: TaskCapabilities) throws {
        try validate()
        let missing = requiredCapabilities.subtracting(capabilities)
        guard !missing.isEmpty else { return }
        throw MultitaskingError(
            .invalidArgument,
            "this pool doesn't support the task's options (\(missing.optionNames)): omit them, or use a pool that does")
    }
}
