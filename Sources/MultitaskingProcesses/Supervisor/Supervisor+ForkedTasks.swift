import CMultitaskingLinux
import Glibc
import MultitaskingCore

// Copies of the client that run tasks which capture state: the client forks and reaps them, the supervisor watches
// them.

extension Supervisor {
    /// How often copies are looked at that cannot be watched, in nanoseconds.
    private static let unwatchedPause: Int64 = 50_000_000

    /// Takes over the watch for copies that the client has forked; they are its children, so it reaps them. When to
    /// look again, because there are some that cannot be watched for lack of descriptors.
    mutating func watchForkedTasks() -> Int64 {
        var next = Int64.max
        for index in forkedMembers {
            let member = arena.member(index)
            guard forkedTasks[index] == nil, member.state == .ready else { continue }
            do {
                if let process = try member.openProcess(ProcessMark(mapping), client: clientPid, isForked: true) {
                    forkedTasks[index] = ForkedTask(process: process)
                } else {
                    forkedTaskEnded(index)
                }
            } catch {
                if hasEndedUnwatched(member) {
                    forkedTaskEnded(index)
                } else {
                    next = monotonicNanoseconds() + Self.unwatchedPause
                }
            }
        }
        return next
    }

    /// Whether a copy has ended that cannot be watched.
    private func hasEndedUnwatched(_ member: MemberRecord) -> Bool {
        guard member.hasGivenUpProgram else { return false }
        // Its first thread has; the others are a moment behind.
        usleep(1000)
        return member.hasGivenUpProgram
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
        giveBackChunks(of: index)
        arena.member(index).state = .left
        arena.event.signal()
    }

    /// The numbers that copies have or had.
    private var forkedMembers: Range<Int> {
        // Most pools have none, and these members are many pages.
        let count = min(Int(clamping: arena.header.forkedCount.load()), ArenaLayout.forkedLimit)
        let first = arena.layout.workers + 1
        return first..<first + count
    }

    /// Gives back the chunks of small blocks of copies that have left, if another member has asked for them.
    func giveBackChunksOfForkedTasks() {
        for index in forkedMembers where arena.member(index).isAskedForChunks {
            arena.member(index).whileGone { giveBackChunks(of: index) }
        }
    }

    /// Completes what a supervisor that died was doing with copies that have left.
    func recoverForkedTasksAfterPredecessor() {
        for index in forkedMembers where arena.member(index).state == .tidied {
            arena.releaseRuns(of: index)
            arena.member(index).state = .left
        }
    }

    /// Whether a process is a worker or copy that this process watches.
    private func knows(_ process: pid_t) -> Bool {
        workers.contains { $0?.pid == process } || forkedTasks.values.contains { $0.pid == process }
    }
}
