import Testing

@testable import MultitaskingProcesses

/// What recovery decides, case by case, without an arena or a process. `RecoveryTests` shows that it acts accordingly.
@Suite struct VerdictTests {
    // MARK: Tasks

    private static let ended: [SlotWord.Status] = [.done, .cancelled, .expired]
    private static let terminating: [SlotWord.Status] = [
        .terminatingForTimeout, .terminatingForCancel, .terminatingForMemory,
    ]
    private static let all: [SlotWord.Status] = [.free, .queued, .claimed] + ended + terminating

    private static let tasks: [(TaskRemains, TaskVerdict)] = [
        // A worker that had not begun what it had claimed: nobody has lost anything, whatever the policy says.
        (.init(role: .worker, status: .claimed, hasBegun: false), .queueAgain),
        (.init(role: .worker, status: .claimed, hasBegun: false, retriesCrash: true), .queueAgain),
        // One that had begun.
        (.init(role: .worker, status: .claimed), .crash([])),
        (.init(role: .worker, status: .claimed, retriesCrash: true), .retry),
        (.init(role: .worker, status: .claimed, crashedInTime: true), .crash([])),
        // One that was being ended. What it was dying of before its time was up counts, and can be retried; running out
        // of time cannot.
        (.init(role: .worker, status: .terminatingForTimeout), .crash(.timeout)),
        (.init(role: .worker, status: .terminatingForTimeout, retriesCrash: true), .crash(.timeout)),
        (.init(role: .worker, status: .terminatingForTimeout, crashedInTime: true), .crash([])),
        (.init(role: .worker, status: .terminatingForTimeout, retriesCrash: true, crashedInTime: true), .retry),
        (.init(role: .worker, status: .terminatingForMemory), .crash(.memory)),
        (.init(role: .worker, status: .terminatingForMemory, crashedInTime: true), .crash(.memory)),
        (.init(role: .worker, status: .terminatingForCancel), .cancel),
        (.init(role: .worker, status: .terminatingForCancel, crashedInTime: true), .cancel),
        // One that only stood in for a copy: another one can, and the copy's end is not its own.
        (.init(role: .standIn, status: .claimed, hasBegun: false), .queueAgain),
        (.init(role: .standIn, status: .terminatingForTimeout, hasBegun: false), .leave),
        (.init(role: .standIn, status: .terminatingForTimeout, hasBegun: false, crashedInTime: true), .leave),
        (.init(role: .standIn, status: .terminatingForMemory, hasBegun: false), .leave),
        (.init(role: .standIn, status: .terminatingForCancel, hasBegun: false), .leave),
        // A copy: its state is gone with it, so it can never be run again.
        (.init(role: .forked, status: .claimed), .crash([])),
        (.init(role: .forked, status: .claimed, retriesCrash: true), .crash([])),
        (.init(role: .forked, status: .queued), .crashQueued),
        (.init(role: .forked, status: .terminatingForTimeout), .crash(.timeout)),
        (.init(role: .forked, status: .terminatingForTimeout, crashedInTime: true), .crash(.timeout)),
        (.init(role: .forked, status: .terminatingForMemory), .crash(.memory)),
        (.init(role: .forked, status: .terminatingForCancel), .cancel),
        // A slot that is queued again, or free, is not the dead one's any more.
        (.init(role: .worker, status: .queued), .leave), (.init(role: .standIn, status: .queued), .leave),
        (.init(role: .worker, status: .free), .leave), (.init(role: .forked, status: .free), .leave),
    ]

    @Test(arguments: tasks)
    func taskOfTheDead_isSettledByWhatIsSeenOfIt(remains: TaskRemains, verdict: TaskVerdict) {
        #expect(remains.verdict == verdict)
    }

    @Test(arguments: all)
    func taskThatIsNotTheDeadMembers_isLeftAlone(status: SlotWord.Status) {
        for role in [TaskRemains.Role.worker, .standIn, .forked] {
            for hasBegun in [false, true] {
                let remains = TaskRemains(
                    role: role, status: status, isOwn: false, hasBegun: hasBegun, retriesCrash: true)
                #expect(remains.verdict == .leave)
            }
        }
    }

    @Test(arguments: ended)
    func taskThatHasEnded_isAnnouncedOnceMore(status: SlotWord.Status) {
        for role in [TaskRemains.Role.worker, .standIn, .forked] {
            #expect(TaskRemains(role: role, status: status).verdict == .announceEnd)
        }
    }

    // MARK: Places of channels

    private static let cells: [(CellRemains, CellVerdict)] = [
        // What the dead one was putting in was never sent.
        (.init(state: .writing, isOwn: true), .void(isCounted: false)),
        (.init(state: .writing, isOwn: true, holdsBlock: true), .void(isCounted: false)),
        (.init(state: .void, isOwn: true), .void(isCounted: false)),
        (.init(state: .void, isOwn: true, isGivenBack: true), .void(isCounted: true)),
        // What it was taking out is gone with it.
        (.init(state: .reading, isOwn: true), .drop),
        (.init(state: .settling, isOwn: true), .drop),
        (.init(state: .consumed, isOwn: true), .finish),
        (.init(state: .consumed, isOwn: true, isGivenBack: true), .retire),
        // What it has published belongs to others by now, and its block with it.
        (.init(state: .full, isOwn: false, holdsBlock: true), .leave(movesTail: true, freesBlock: false)),
        (.init(state: .reading, isOwn: false, holdsBlock: true), .leave(movesTail: true, freesBlock: false)),
        (.init(state: .taken, isOwn: false, holdsBlock: true), .leave(movesTail: true, freesBlock: false)),
        (.init(state: .consumed, isOwn: false, holdsBlock: true), .leave(movesTail: true, freesBlock: false)),
        // What it keeps, in a channel that redelivers, is settled with its task.
        (.init(state: .taken, isOwn: true, holdsBlock: true), .leave(movesTail: true, freesBlock: false)),
        // A place that it had only meant to claim, which somebody else has now.
        (.init(state: .writing, isOwn: false), .leave(movesTail: true, freesBlock: true)),
        (.init(state: .void, isOwn: false), .leave(movesTail: true, freesBlock: true)),
        (.init(state: .full, isOwn: false), .leave(movesTail: true, freesBlock: true)),
        // Or that nobody has claimed: the tail is where it was.
        (.init(state: .free, isOwn: false), .leave(movesTail: false, freesBlock: true)),
        (.init(state: .free, isOwn: false, holdsBlock: true), .leave(movesTail: false, freesBlock: false)),
    ]

    @Test(arguments: cells)
    func placeThatTheJournalNames_isSettledByWhatIsSeenOfIt(remains: CellRemains, verdict: CellVerdict) {
        #expect(remains.verdict == verdict)
    }

    @Test(arguments: [CellWord.State.free, .writing, .full, .reading, .consumed, .void, .taken, .settling])
    func placeThatServesAnotherSegment_onlyGivesTheBlockBack(state: CellWord.State) {
        for holdsBlock in [false, true] {
            let remains = CellRemains(state: state, isOwn: false, isOfThatTime: false, holdsBlock: holdsBlock)
            #expect(remains.verdict == .leave(movesTail: false, freesBlock: true))
        }
    }
}
