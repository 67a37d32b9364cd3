import MultitaskingCore
import MultitaskingSystem

extension Supervisor {
    /// Writes down for a timeline that a worker is there, or has ended.
    func record(_ kind: EventRecord.Kind, _ index: Int, process: Int32, _ status: EndStatus = []) {
        guard arena.header.recording.loadRelaxed() != 0 else { return }
        let now = UInt64(clamping: monotonicNanoseconds())
        arena.events(of: index).add(
            EventRecord.Event(kind: kind, process: process, detail: status.rawValue, start: now, end: now))
        arena.header.wakeRecorder()
    }
}
