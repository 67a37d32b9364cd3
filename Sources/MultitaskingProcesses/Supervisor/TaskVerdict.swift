/// What becomes of the task that a dead member names.
enum TaskVerdict: Equatable {
    /// It is not the dead member's to settle, or nothing is left to do.
    case leave
    /// It had not begun, so another worker can take it.
    case queueAgain
    /// It is to be run again after its pause; the supervisor holds it meanwhile.
    case retry
    /// It has crashed. The status is added to that of the process.
    case crash(EndStatus)
    /// It was to be ended because it was cancelled, and has ended.
    case cancel
    /// It still waits for a worker to stand in for the copy that was to run it. So it is claimed for the dead, then it
    /// has crashed.
    case crashQueued
    /// It has ended, and the dead may not have told anybody.
    case announceEnd
}

/// What is known about the task that a dead member names: everything that decides what becomes of it.
struct TaskRemains: Equatable {
    /// What the dead member was to the task.
    enum Role {
        /// It ran the task.
        case worker
        /// It was a worker that waited while a copy of the client ran the task.
        case standIn
        /// It was the copy.
        case forked
    }

    var role: Role
    var status: SlotWord.Status
    /// Whether the slot is the dead member's: nobody else has claimed it, or it waits for this copy.
    var isOwn = true
    /// Whether the task's function may have been called.
    var hasBegun = true
    /// Whether the task's policy wants it run again after a crash.
    var retriesCrash = false
    /// Whether the member began to die of a signal before the task's time was up.
    var crashedInTime = false

    var verdict: TaskVerdict {
        guard isOwn else { return .leave }
        switch status {
        case .claimed where !hasBegun: return .queueAgain
        case .claimed where role != .forked && retriesCrash: return .retry
        case .claimed: return .crash([])
        // A stand-in's death is not the task's: the copy goes on, and the supervisor goes on with ending that.
        case .terminatingForTimeout where role == .standIn, .terminatingForMemory where role == .standIn,
            .terminatingForCancel where role == .standIn:
            return .leave
        // What it was dying of already is what ended the task.
        case .terminatingForTimeout where role == .worker && crashedInTime: return retriesCrash ? .retry : .crash([])
        case .terminatingForTimeout: return .crash(.timeout)
        case .terminatingForMemory: return .crash(.memory)
        case .terminatingForCancel: return .cancel
        case .queued: return role == .forked ? .crashQueued : .leave
        case .done, .cancelled, .expired: return .announceEnd
        case .free: return .leave
        }
    }
}
