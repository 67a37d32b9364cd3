/// What is known of a worker that was lost with its machine, or by a machine that ran out of memory; the cause of
/// `workerLost` and `memoryLimitExceeded`.
///
/// ```swift
/// if let loss = (error as? MultitaskingError)?.cause as? WorkerLoss { print(loss.node ?? "somewhere") }
/// ```
public struct WorkerLoss: Error, Sendable, Hashable, CustomStringConvertible {
    /// The machine, as its cluster names it; nil if that is not known.
    public let node: String?
    /// What the cluster says.
    public let detail: String

    /// Makes a record of a loss.
    public init(node: String?, detail: String) {
        self.node = node
        self.detail = detail
    }

    /// What the cluster says, and of which machine.
    public var description: String { node.map { "\($0): \(detail)" } ?? detail }
}
