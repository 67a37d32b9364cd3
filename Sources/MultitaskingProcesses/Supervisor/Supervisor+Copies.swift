import CMultitaskingLinux
import Glibc
import MultitaskingCore

// Copies of the client that run tasks which capture state: the client forks and reaps them, the supervisor watches them.

extension Supervisor {
    /// Takes over the watch for copies that the client has forked; they are its children, so it reaps them.
    mutating func watchCopies() {
        // Most pools have none, and these members are many pages.
        let count = min(Int(clamping: arena.header(ArenaLayout.Header.copyCount).load()), ArenaLayout.copyLimit)
        for index in (arena.layout.workers + 1)..<(arena.layout.workers + 1 + count) {
            let member = Member(arena: arena, index: index)
            guard copies[index] == nil, member.state == .ready else { continue }
            if let pidfd = member.openProcess() { copies[index] = pidfd } else { copyEnded(index) }
        }
    }

    mutating func copyEnded(_ index: Int) {
        if let pidfd = copies.removeValue(forKey: index) { close(pidfd) }
        closeGauge(of: index)
        if let process = Member(arena: arena, index: index).process { ProcessMark(arena: arena).killAll(of: process) }
        Recovery(mapping).recover(index, .clientChild)
        ladders[index] = nil
        Member(arena: arena, index: index).state = .left
        Event(arena: arena).signal()
    }
}
