/// A task's own report of how far along it is.
///
/// ```swift
/// func train(_ context: TaskContext, _ epochs: Int) throws {
///     for epoch in 0..<epochs {
///         try context.report(Double(epoch) / Double(epochs), "epoch \(epoch + 1) of \(epochs)")
///         …
///     }
/// }
/// if let report = future.progress { print(report.fraction, report.message) }
/// ```
///
/// A task has at most one report, the last one. It stays after the task has ended, even if its worker died. Each
/// attempt at a task starts without a report.
public struct TaskReport: Sendable, Hashable {
    /// The fraction of the work that is done, 0...1.
    public let fraction: Double
    /// What the task is doing; empty if it doesn't say.
    public let message: String

    /// The maximum length of a message, in bytes of UTF-8. Longer ones are truncated at a character boundary.
    public static let messageLimit = 96

    /// Creates a report.
    ///
    /// - Parameters:
    ///   - fraction: the fraction of the work that is done, clamped to 0...1. NaN, as from 0 of 0 elements, counts as
    ///     0.
    ///   - message: what the task is doing, truncated to ``messageLimit`` bytes.
    public init(_ fraction: Double, _ message: String = "") {
        self.fraction = fraction > 0 ? min(fraction, 1) : 0
        self.message = Self.cut(message)
    }

    private static func cut(_ message: String) -> String {
        guard message.utf8.count > messageLimit else { return message }
        var result = ""
        var room = messageLimit
        for character in message {
            room -= character.utf8.count
            guard room >= 0 else { break }
            result.append(character)
        }
        return result
    }
}

extension TaskReport: Codable {
    private enum CodingKeys: CodingKey {
        case fraction, message
    }

    /// Decodes a report, clamping and truncating its values as ``init(_:_:)`` does.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Double.self, forKey: .fraction), try container.decode(String.self, forKey: .message))
    }
}

extension TaskReport: CustomStringConvertible {
    /// The report in a few words: `40% epoch 2 of 5`.
    public var description: String {
        let percent = "\(Int(fraction * 100))%"
        return message.isEmpty ? percent : "\(percent) \(message.printable)"
    }
}
