import Logging
import MultitaskingCore
import MultitaskingSystem

extension LocalMember {
    /// Sends everything that this process logs to the client, if that has asked for it; right after this process has
    /// begun.
    func relayLogs() {
        let header = arena.header
        guard header.logChannel.load() != 0,
            let channel = try? ProcessChannel(
                SharedObjectID(rawValue: header.logChannel.load()), membership: self)
        else { return }
        let level = Logger.Level(rank: Int(clamping: header.logLevel.load()))
        WorkerLogging.becomeWorker(level: level) { [self] record in
            var record = record
            record.origin = logOrigin
            return (try? channel.send(record, wait: .never)) ?? false
        }
    }

    /// The origin of what is logged now.
    private var logOrigin: LogRecord.Origin {
        let me = arena.member(member)
        guard me.phase != .idle, let slot = arena.slot(me.slot.load()) else {
            return LogRecord.Origin(worker: member - 1)
        }
        return LogRecord.Origin(
            worker: WorkerEnvironment(membership: self, slot: slot).worker.index, task: slot.serial,
            function: slot.kind == .forked ? SlowTaskRecord.Task.copy : UInt64(slot.function),
            attempt: slot.control.attempt)
    }
}
