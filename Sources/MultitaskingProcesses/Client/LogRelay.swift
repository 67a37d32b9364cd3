import Logging
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// Hands what workers log to the program's handlers, in order.
///
/// The records are elements of a channel in the pool's memory. The watcher takes them out as they come; when the pool
/// has ended, the thread that ends it takes the rest.
final class LogRelay: Sendable {
    private struct State {
        var channel: ProcessChannel?
        /// By their labels.
        var handlers: [String: any LogHandler] = [:]
        var delivery: Delivery?
    }

    /// One thread hands records out at a time, so that none overtakes another one.
    private final class Delivery: Sendable {
        let thread = ThreadNumber()
        let end = Latch()

        init() { thread.takeCallers() }
    }

    private enum Turn {
        /// Nothing will come anymore.
        case over
        case own(ProcessChannel, Delivery)
        case another(Delivery)
    }

    private let factory: WorkerLogging.Factory
    // Never held while a handler is called: that may ask the pool something, and even end it.
    private let state: Mutex<State>

    init(_ channel: ProcessChannel, factory: @escaping WorkerLogging.Factory) {
        self.factory = factory
        state = Mutex(State(channel: channel))
    }

    /// How many handlers are kept.
    private static let handlerLimit = 1000
    /// The label whose handler says what is worth being logged.
    static let label = "swift-multitasking.workers"

    /// Hands out what has come; whether nothing will come anymore.
    ///
    /// Where a handler has led here, what is left is handed out when that has returned.
    ///
    /// - Parameters:
    ///   - areLast: whether nothing more will be sent, so that another thread which hands records out is waited for.
    ///   - name: what a task is called, by what names it and its function.
    func deliver(areLast: Bool = false, name: (UInt64, UInt64) -> String) -> Bool {
        while true {
            switch takeTurn() {
            case .over: return true
            case .own(let channel, let delivery):
                // First, so that what comes behind the last look is seen by another one.
                channel.askForEvent()
                fence()
                while let record = Self.next(from: channel) { log(record, name) }
                state.withLock { $0.delivery = nil }
                delivery.end.open()
                return false
            case .another(let delivery):
                guard areLast, !delivery.thread.isCallers else { return false }
                _ = delivery.end.wait(.forever)
            }
        }
    }

    private func takeTurn() -> Turn {
        state.withLock { state in
            guard let channel = state.channel else { return .over }
            if let delivery = state.delivery { return .another(delivery) }
            let delivery = Delivery()
            state.delivery = delivery
            return .own(channel, delivery)
        }
    }

    /// The next record; one that cannot be read is left out.
    private static func next(from channel: ProcessChannel) -> LogRecord? {
        while true {
            do { return try channel.receive(as: LogRecord.self, wait: .never) } catch let error as MultitaskingError
                where error.code == .decodeFailed
            {
                Logger.processes.warning("a worker's log message is lost: \(error)")
            } catch {
                return nil
            }
        }
    }

    private func log(_ record: LogRecord, _ name: (UInt64, UInt64) -> String) {
        let handler = handler(for: record.label)
        var names: Logger.Metadata = [:]
        if let origin = record.origin {
            names["worker"] = "\(origin.worker)"
            if let task = origin.task {
                names["task"] = "\(name(task, origin.function))"
                names["attempt"] = "\(origin.attempt)"
            }
        }
        let event = record.event(adding: names)
        if record.isWanted || event.level >= handler.logLevel { handler.log(event: event) }
    }

    private func handler(for label: String) -> any LogHandler {
        if let known = state.withLock({ $0.handlers[label] }) { return known }
        let handler = RelayingLogHandler(label: label, base: factory(label))
        let forgotten = state.withLock { state in
            // Of labels that are made of numbers or names there is no end.
            let forgotten = state.handlers.count < Self.handlerLimit ? [:] : exchange(&state.handlers, with: [:])
            state.handlers[label] = handler
            return forgotten
        }
        withExtendedLifetime(forgotten) {}
        return handler
    }

    /// Lets go of the channel, which keeps the pool's memory.
    func end() {
        let channel = state.withLock { $0.channel.take() }
        withExtendedLifetime(channel) {}
    }
}

extension PoolCore {
    /// Makes workers send what they log to the program's handlers, if it has asked for that; before there are any.
    func collectLogs() throws {
        guard let factory = WorkerLogging.factory else { return }
        let channel = try makeChannel(ChannelOptions())
        let level = factory(LogRelay.label).logLevel
        arena.header.logLevel.store(UInt64(level.rank))
        arena.header.logChannel.store(channel.reference.rawValue)
        logs.withLock { $0 = LogRelay(channel, factory: factory) }
    }

    /// Hands out what workers log as it comes.
    func beginLogs() {
        guard let relay = logs.withLock({ $0 }) else { return }
        do {
            // It keeps the pool's memory, as the channel does, until the end.
            try membership.watcher.add { [self] in relay.deliver(name: name(of:function:)) }
        } catch {
            Logger.processes.warning("the workers' log messages will only arrive when the pool has ended: \(error)")
        }
    }

    /// Hands out the rest, when the pool has ended.
    func endLogs() {
        guard let relay = logs.withLock({ $0.take() }) else { return }
        _ = relay.deliver(areLast: true, name: name(of:function:))
        relay.end()
        arena.event.signal()
    }
}
