package import Logging
internal import MultitaskingCore

/// What was logged in a worker, on its way to the client.
package struct LogRecord: Codable, Sendable {
    /// The origin of the event.
    package struct Origin: Codable, Sendable {
        /// The worker's number, from 0.
        package var worker: Int
        /// What names the task to the client; nil outside of a task.
        package var task: UInt64?
        /// What names the task's function to the client.
        package var function: UInt64
        package var attempt: Int

        package init(worker: Int, task: UInt64? = nil, function: UInt64 = 0, attempt: Int = 1) {
            self.worker = worker
            self.task = task
            self.function = function
            self.attempt = attempt
        }
    }

    package let label: String
    /// Whether it is logged whatever level the client's handler has, as its logger has one of its own.
    package let isWanted: Bool
    /// The rank of the level.
    private let level: Int
    private let message: String
    private let error: RemoteError?
    private let metadata: [String: Value]
    private let source: String
    private let file: String
    private let function: String
    private let line: UInt
    package var origin: Origin?

    /// What metadata are made of.
    private indirect enum Value: Codable, Sendable {
        case text(String)
        case list([Value])
        case dictionary([String: Value])

        init(_ value: Logger.MetadataValue) {
            switch value {
            case .string(let text): self = .text(text)
            case .stringConvertible(let value): self = .text(value.description)
            case .array(let values): self = .list(values.map(Value.init))
            case .dictionary(let values): self = .dictionary(values.mapValues(Value.init))
            }
        }

        var metadata: Logger.MetadataValue {
            switch self {
            case .text(let text): .string(text)
            case .list(let values): .array(values.map(\.metadata))
            case .dictionary(let values): .dictionary(values.mapValues(\.metadata))
            }
        }
    }

    /// - Parameter metadata: those of the logger, beside those of the event.
    init(_ event: LogEvent, label: String, metadata: Logger.Metadata, isWanted: Bool = false) {
        self.label = label
        self.isWanted = isWanted
        level = event.level.rank
        message = event.message.description
        error = event.error.map { $0 as? RemoteError ?? RemoteError($0) }
        self.metadata = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(Value.init)
        source = event.source
        file = event.file
        function = event.function
        line = event.line
    }

    /// The event, as the client logs it.
    ///
    /// - Parameter names: the origin; what the event says of that itself stays, since a task's own pool has
    ///   added it.
    package func event(adding names: Logger.Metadata) -> LogEvent {
        LogEvent(
            level: Logger.Level(rank: level), message: "\(message)", error: error,
            metadata: names.merging(metadata.mapValues(\.metadata)) { $1 }, source: source, file: file,
            function: function, line: line)
    }

    /// In one line, for where there is no client.
    var text: String { "\(Logger.Level(rank: level)) \(label): \(message)\n" }
}
