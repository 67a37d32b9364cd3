import Glibc
import MultitaskingCore
import MultitaskingSystem

// The end of the program, for a pool that nobody has shut down.

extension PoolCore: PoolAtExit {
    var workLeft: WorkLeft {
        var left = WorkLeft(running: 0, queued: 0)
        freeSlots.forEachUsed { slot in
            let word = slot.word.load()
            if word.status == .queued || word.isAwaitingRetry {
                left.queued += 1
            } else if word.isClaimed {
                left.running += 1
            }
        }
        return left
    }

    func help() { supervision.checkNow() }

    func beginExit() { beginShutdown(modeAtExit == .kill ? .cancelQueued : modeAtExit) }

    func hasExited() -> Bool {
        help()
        guard supervision.isOver else { return false }
        // Nothing is left to wait for but what was forked for single tasks.
        shutdown(modeAtExit)
        return true
    }

    var isStuck: Bool {
        var isStuck = true
        var hasTasks = false
        freeSlots.forEachUsed { slot in
            let word = slot.word.load()
            guard word.isClaimed else { return }
            hasTasks = true
            guard word.status == .claimed, !word.isAwaitingRetry, let member = runner(of: slot, word) else {
                isStuck = false
                return
            }
            // A task whose time is limited ends in any case; of a copy's, its stand-in has the limit.
            let isLimited = [member, arena.member(word.member)].contains { $0.deadline.load() != 0 }
            if member.endlessWaits.load() == 0 || isLimited { isStuck = false }
        }
        return isStuck && hasTasks
    }

    var pulse: UInt64 {
        var pulse: UInt64 = 0
        for member in runners {
            pulse &+= member.finishedTasks.load() &+ member.endlessWaitsSoFar.load()
            // A task may have other threads than the one that waits.
            if let process = member.process { pulse &+= UInt64(ProcessorTime.nanoseconds(of: process)) / 100_000_000 }
        }
        return pulse
    }

    func cutOff() { shutdown(.kill) }

    private var runners: [MemberRecord] {
        let copies = Int(clamping: arena.header.forkedCount.load())
        let last = arena.layout.workers + min(copies, ArenaLayout.forkedLimit)
        return (1...last).map { arena.member($0) }
    }

    /// The process that runs the task of a claimed slot; nil if that cannot be.
    private func runner(of slot: TaskSlot, _ word: SlotWord) -> MemberRecord? {
        let index = slot.kind == .forked ? slot.forkedMember : word.member
        guard (1...arena.layout.workers + ArenaLayout.forkedLimit).contains(index) else { return nil }
        return arena.member(index)
    }
}
