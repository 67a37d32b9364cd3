import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

extension LocalMember {
    /// When a call begins whose message is written down if it comes to one; 0 while no timeline is written, or has no
    /// room.
    ///
    /// ORDERING: relaxed; the word lies on a line that hardly anybody writes to.
    @inline(__always)
    var messageStart: Int64 { arena.header.recording.loadRelaxed() == 0 ? 0 : recordedMessageStart }

    @inline(never)
    private var recordedMessageStart: Int64 {
        arena.header.wakeRecorder()
        return arena.events(of: member).hasRoom ? eventNanoseconds() : 0
    }

    /// Writes a message down for a timeline.
    ///
    /// - Parameters:
    ///   - position: of the first element, of all that were ever sent.
    ///   - count: how many there are in a row.
    ///   - start: when the call began.
    @inline(never)
    func record(
        _ kind: EventRecord.Kind, _ channel: SharedObjectID, _ position: UInt64, count: Int, since start: Int64
    ) {
        arena.events(of: member).add(
            EventRecord.Event(
                kind: kind, count: count, process: process, thread: runsTasks ? 0 : mt_thread_id(process),
                subject: channel.rawValue, detail: position, start: UInt64(clamping: start),
                end: UInt64(clamping: eventNanoseconds())))
    }
}
