import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

/// The client's end of the socket between it and one supervisor.
///
/// The supervisor's end hangs up when this object goes, when the client ends, and when it executes another program. A
/// process that the client forks has no part in it.
final class SupervisorLink: Sendable {
    /// What the other end has said of itself.
    enum Proof {
        /// Nothing yet.
        case none
        /// It is a supervisor.
        case given
        /// Why it cannot be one.
        case refused(String)
    }

    /// The supervisor's end is for the one that makes the supervisor, to be closed once that has it.
    let ends: mt_link

    /// - Throws: `systemError` if the system has no descriptors.
    init() throws(MultitaskingError) {
        var ends = mt_link()
        let result = unsafe mt_link_open(&ends)
        guard result == 0 else {
            throw Refusal(.openSocket, -result).error("connect to the pool's supervisor")
        }
        self.ends = ends
    }

    deinit { mt_link_close(ends.id) }

    /// What a spawned supervisor has said of itself; to be asked until it has said something.
    var proof: Proof {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { text in
            guard let start = text.baseAddress else { return .none }
            return switch unsafe mt_supervisor_proof(ends.client, start, text.count) {
            case 0: .none
            case 1: .given
            default: unsafe .refused(String(cString: start))
            }
        }
    }

    /// Waits until the other end has said something, or its process has ended, but no longer than until `end`, in
    /// nanoseconds of CLOCK_MONOTONIC.
    func waitForProof(or process: ProcessHandle?, until end: Int64) {
        var descriptors = [
            pollfd(fd: ends.client, events: Int16(POLLIN), revents: 0),
            pollfd(fd: process?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = Int32(clamping: (max(0, end - monotonicNanoseconds()) + 999_999) / 1_000_000)
        _ = unsafe mt_poll(&descriptors, 2, milliseconds)
    }
}
