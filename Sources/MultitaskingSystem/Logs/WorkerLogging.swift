package import Logging
internal import MultitaskingCore
internal import Synchronization

/// What becomes of what workers log: it goes to the client's handlers if the program has asked for that.
package enum WorkerLogging {
    package typealias Factory = @Sendable (String) -> any LogHandler
    package typealias Sender = @Sendable (LogRecord) -> Bool

    private struct State {
        /// Makes the handlers of this process.
        var factory: Factory?
        /// Sends a record to the client; nil in a process that isn't a worker.
        var sender: Sender?
    }

    private static let state = Mutex(State())

    /// Makes the program's handlers; nil if workers log as they like.
    package static var factory: Factory? { state.withLock { $0.factory } }

    /// Sets up the program's logging, once; does nothing in a worker, which has its client's.
    package static func bootstrap(_ factory: @escaping Factory) {
        let isNew = state.withLock { state in
            guard state.sender == nil else { return false }
            state.factory = factory
            return true
        }
        if isNew { install(factory) }
    }

    /// Sends everything that this process logs from now on to its client.
    ///
    /// - Parameters:
    ///   - level: what is logged at least, where this process was not forked from one that says so itself.
    ///   - sender: sends a record; false if that is not possible.
    package static func becomeWorker(level: Logger.Level, _ sender: @escaping Sender) {
        let factory: Factory = { _ in BareLogHandler(logLevel: level) }
        let isNew = state.withLock { state in
            state.sender = sender
            guard state.factory == nil else { return false }
            state.factory = factory
            return true
        }
        if isNew { install(factory) }
    }

    private static func install(_ factory: @escaping Factory) {
        LoggingSystem.bootstrap { RelayingLogHandler(label: $0, base: factory($0)) }
    }

    static var sender: Sender? { state.withLock { $0.sender } }
}

/// Logs to the client in a worker, and as its base does in all other processes.
package struct RelayingLogHandler: LogHandler {
    private let label: String
    private var base: any LogHandler
    /// Whether the logger was given a level of its own, by which its client must not judge again.
    private var hasOwnLevel = false

    package init(label: String, base: any LogHandler) {
        self.label = label
        self.base = base
    }

    /// Logs an event where this process logs.
    package func log(event: LogEvent) {
        var event = event
        // What the event says itself stays.
        if let names = TaskLogNames.metadata { event.metadata = names.merging(event.metadata ?? [:]) { $1 } }
        guard let send = WorkerLogging.sender else { return base.log(event: event) }
        let own = base.metadata.merging(base.metadataProvider?.get() ?? [:]) { $1 }
        let record = LogRecord(event, label: label, metadata: own, isWanted: hasOwnLevel)
        // Without room for it, or a client, it must not be lost in silence.
        if !send(record) { writeWhole(record.text.printableLines, to: 2) }
    }

    package var logLevel: Logger.Level {
        get { base.logLevel }
        set {
            base.logLevel = newValue
            hasOwnLevel = true
        }
    }

    package var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    package var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }
}

/// What a logger of a worker remembers that has nothing of its client's.
private struct BareLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    func log(event: LogEvent) {}

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}
