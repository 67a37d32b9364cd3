import CMultitaskingLinux
import Glibc
import MultitaskingCore

// Copies of the client that run tasks which capture state: the client forks and reaps them, the supervisor watches
// them.

extension Supervisor {
    /// Takes over the watch for copies that the client has forked; they are its children, so it reaps them.
    mutating func watchForkedTasks() {
        // Most pools have none, and these members are many pages.
        let count = min(Int(clamping: arena.header.forkedCount.load()), ArenaLayout.forkedLimit)
        for index in (arena.layout.workers + 1)..<(arena.layout.workers + 1 + count) {
            let member = arena.member(index)
            guard forkedTasks[index] == nil, member.state == .ready else { continue }
            if let process = member.openProcess(ProcessMark(mapping), client: clientPid, isForked: true) {
                forkedTasks[index] = ForkedTask(process: process)
            } else {
                forkedTaskEnded(index)
            }
        }
    }

    mutating func forkedTaskEnded(_ index: Int) {
        // One that has ended before it was watched is known by what the memory says, unless that names another's
        // process.
        let claimed = arena.member(index).process.flatMap { knows($0) ? nil : $0 }
        let copy = forkedTasks.removeValue(forKey: index)
        if let process = copy?.pid ?? claimed { ProcessMark(mapping).killAll(of: process) }
        Recovery(mapping).recover(index, .clientChild)
        teardowns[index] = nil
        dying[index] = nil
        arena.member(index).state = .left
        arena.event.signal()
    }

    /// Whether a process is a worker or copy that this process watches.
    private func knows(_ process: pid_t) -> Bool {
        workers.contains { $0?.pid == process } || forkedTasks.values.contains { $0.pid == process }
    }
}
