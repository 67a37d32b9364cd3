/// Details about a worker that was lost with its machine, or because its machine ran out of memory.
///
/// ```swift
/// if let loss = (error as? MultitaskingError)?.cause as? WorkerLoss { print(loss.node ?? "somewhere") }
/// ```
public struct WorkerLoss: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name of the machine in its cluster; nil if it is unknown.
    public let node: String?
    /// The cluster's message.
    public let detail: String

    /// Creates a record of a loss.
    public init(node: String?, detail: String) {
        self.node = node
        self.detail = detail
    }

    /// The machine and the cluster's message.
    public var description: String { (node.map { "\($0): \(detail)" } ?? detail).printableLines }
}
