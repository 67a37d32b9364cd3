public import MultitaskingCore
internal import MultitaskingSystem

// Whose turn it is.

extension SimulationState {
    /// Which party goes on.
    enum Next: Sendable {
        /// The party that asked.
        case stay
        case resume(Parker)
        /// A worker without a thread, which needs one.
        case launch(worker: Int)
        /// Nobody: everybody waits for something outside of the simulation.
        case nobody
        /// The parent, which has the turn and is outside the simulation, while callers that aren't parties wait.
        case parentElsewhere
    }

    /// Gives the turn to a party that can go on, after time has passed if none can.
    ///
    /// - Parameter me: the party that had the turn.
    mutating func next(after me: Int?) -> Next {
        running = nil
        while true {
            fireDueTimers()
            // What the dead leave behind is over before anything else happens.
            if let dying = parties.firstIndex(where: { $0.isDying }) { return give(turnTo: dying, from: me) }
            var candidates = candidates(after: me)
            if candidates.isEmpty {
                // Callbacks come first: they may change what the others wait for.
                if !effects.calls.isEmpty { return .nobody }
                if mayPassTime(), passTime() { continue }
            } else if let me, parties[me].isPolling, idlePolls > Self.pollLimit * candidates.count, isWaitedFor {
                if passTime(atMost: pollTime) { continue }
            }
            if failure == nil, idlePolls > Self.deadlockPolls, outside == nil, hasOpenWaits {
                // Whether that is a deadlock depends on what may come from outside: somebody has to look first.
                needsIdleCheck = true
                return .nobody
            }
            if isDeadlock(candidates) {
                fail(Self.deadlock(describeWaits()))
                continue
            }
            if steps > stepLimit, failure == nil {
                fail(Self.tooLong(steps: stepLimit, describeWaits()))
                continue
            }
            guard !candidates.isEmpty else { return .nobody }
            let isPreemption = me == candidates[0] && !parties[candidates[0]].isPolling
            let choice = decisions.choose(among: candidates.count, isPreemption: isPreemption)
            let party = candidates.remove(at: choice)
            guard parties[party].isAbsent else { return give(turnTo: party, from: me) }
            if take(worker: party - 1) {
                running = party
                outside = nil
                return .launch(worker: party - 1)
            }
        }
    }

    /// Whether the parent has the turn and is outside of the simulation: it may be waiting there for a thread that
    /// calls in.
    var isParentElsewhere: Bool { running == 0 && !parties[0].isInside }

    /// What must be done for waiting callers that aren't parties, when the turn may be with a parent that does not use
    /// it.
    var watchingParent: Next {
        isParentElsewhere && outsideWaits > 0 && !isParentWatched ? .parentElsewhere : .stay
    }

    /// Lets the simulation go on without the parent if nothing has happened since the last look, and somebody waits.
    ///
    /// - Parameter step: where the simulation was at the last look.
    /// - Returns: nil if there is to be no other look.
    mutating func lookAfterParent(_ step: inout Int) -> Next? {
        if isParentElsewhere, outsideWaits > 0, steps != step {
            step = steps
            return nil
        }
        isParentWatched = false
        return outsideWaits > 0 ? takeTurnFromParent(at: step) : .stay
    }

    /// Finds out whether the parent is an `async` function that is not where it was.
    ///
    /// Either its task goes on on another thread, or its thread runs another task.
    mutating func lookForParent(_ caller: Caller) {
        guard let task = parentTask, let thread = parties[0].thread else { return }
        if (caller.task == task) != (caller.thread == thread) { retireParent() }
    }

    /// Goes on without a parent: it is an `async` function, and no thread stands for it. From now on it is one of those
    /// that call in from outside.
    mutating func retireParent() {
        guard !parties[0].isInside else { return }
        parties[0].thread = nil
        parties[0].activity = .absent
        parentTask = nil
        if running == 0 { running = nil }
    }

    /// Lets the simulation go on without the parent, if nothing has happened since `step`.
    mutating func takeTurnFromParent(at step: Int) -> Next {
        guard isParentElsewhere, steps == step else { return .stay }
        parties[0].activity = .absent
        return next(after: nil)
    }

    /// The same, of a parent of which it is known that it waits elsewhere.
    mutating func takeTurnFromParent(on thread: UInt) -> Next {
        parties[0].thread == thread ? takeTurnFromParent(at: steps) : .stay
    }

    private mutating func give(turnTo party: Int, from me: Int?) -> Next {
        running = party
        outside = nil
        if case .waiting = parties[party].activity { parties[party].activity = .ready }
        return party == me ? .stay : .resume(parties[party].parker)
    }

    /// The parties that can go on: the default first, then the others in their order.
    ///
    /// The default is the party that had the turn; if it must wait, the parent or the first worker; if it only looks
    /// around, the next. So what deviates least from the default has the fewest switches.
    private mutating func candidates(after me: Int?) -> [Int] {
        let hasWork = hasQueuedTask()
        var hasTaker = false
        var candidates: [Int] = []
        for party in parties.indices {
            switch parties[party].activity {
            case .ready: candidates.append(party)
            case .waiting(let condition):
                if parties[party].hasTimedOut || failure != nil || holds(condition) { candidates.append(party) }
            case .dying: break
            case .absent:
                guard (1...workerCount).contains(party), parties[party].thread == nil, failure == nil else { break }
                switch workers[party - 1].activity {
                case .fresh where broken == nil: candidates.append(party)
                case .retiring: candidates.append(party)
                case .idle where party > target || workers[party - 1].callsMade < calls.count:
                    candidates.append(party)
                // One idle worker is as good as another, so that only one is offered the task.
                case .idle where hasWork && !hasTaker:
                    hasTaker = true
                    candidates.append(party)
                default: break
                }
            }
        }
        guard let me, candidates.count > 1 else { return candidates }
        let first = candidates.firstIndex { parties[me].isPolling ? $0 > me : $0 == me } ?? 0
        candidates.insert(candidates.remove(at: first), at: 0)
        return candidates
    }

    /// Whether there is a task that a worker can take; forgets those that have ended in the queue.
    private mutating func hasQueuedTask() -> Bool {
        while let task = queue.first {
            if tasks[task]?.isQueued == true { return true }
            queue.removeFirst(isTaken: false)
        }
        return false
    }

    // MARK: Time

    /// Whether somebody waits for what happens in the simulation, so that its time may pass.
    private var isWaitedFor: Bool {
        if !parties[0].isAbsent || outsideWaits > 0 { return true }
        return parties.indices.contains { $0 > workerCount && !parties[$0].isAbsent }
    }

    /// Whether only the parent and the workers use the simulation, so that nobody can come to change what they wait
    /// for.
    private var isAmongParties: Bool {
        !parties[0].isAbsent && outsideCalls == 0 && outsideWaits == 0 && (outside == .nowhere || !hasOpenWaits)
    }

    /// Whether a party waits for what may come from outside.
    private var hasOpenWaits: Bool { parties.contains(where: \.isOpen) }

    /// Whether what is waited for comes, since it does not wait for the simulation in turn, as far as one can see.
    private var isSureToCome: Bool {
        guard outside == .running || outside == .anotherTime && waitsElsewhere == 0 else { return false }
        let waitsForUs = parties.dropFirst(workerCount + 1).contains { guest in
            if case .waiting(let condition) = guest.activity { !condition.isOpen } else { false }
        }
        return asyncCallers == 0 && !waitsForUs
    }

    /// Whether time passes now, at once; if others than the parent may call in, they get a while of real time first.
    private mutating func mayPassTime() -> Bool {
        guard isWaitedFor else { return false }
        if isAmongParties { return true }
        if failure == nil { needsIdleCheck = true }
        return false
    }

    /// How much time a fruitless poll takes when nothing else happens: the longer, the more there were. 200 of them
    /// take 20 seconds, 1,100 ten minutes.
    var pollTime: Nanoseconds { Nanoseconds(idlePolls) * 1_000_000 }

    /// Makes it the time of the next thing that is planned, or at most so much later; false if nothing is planned by
    /// then.
    mutating func passTime(atMost limit: Nanoseconds = .max) -> Bool {
        while let timer = timers.next {
            guard isLive(timer.event) else {
                timers.removeNext()
                continue
            }
            guard timer.time <= now.addingSaturated(limit) else {
                now += limit
                return false
            }
            now = max(now, timer.time)
            idlePolls = 0
            return true
        }
        return false
    }

    private mutating func fireDueTimers() {
        while let timer = timers.next, timer.time <= now {
            timers.removeNext()
            if isLive(timer.event) { fire(timer.event) }
        }
    }

    /// Schedules something for a time; things at the same time happen in the order in which they were scheduled.
    mutating func plan(_ event: TimerQueue.Event, at time: Nanoseconds) {
        if timers.isCrowded {
            var timers = exchange(&self.timers, with: TimerQueue())
            timers.removeAll { isPast($0) }
            self.timers = timers
        }
        timers.add(event, at: time)
    }

    /// Whether an event will never be live again; between two steps of a wait, it may only not be so now.
    private func isPast(_ event: TimerQueue.Event) -> Bool {
        switch event {
        case .limit(let party, let wait): parties[party].waitNumber != wait
        case .timeout(let task, let attempt), .teardown(let task, let attempt):
            tasks[task].map { $0.isDone || $0.attempts != attempt } ?? true
        case .queueTimeout(let task): tasks[task].map { $0.isDone || $0.attempts > 0 } ?? true
        case .retry(let task): tasks[task]?.isDone ?? true
        case .initializerTimeout(let worker, let pid): workers[worker].pid != pid
        case .respawn: false
        case .room, .call: !isLive(event)
        }
    }

    private func isLive(_ event: TimerQueue.Event) -> Bool {
        switch event {
        case .limit(let party, let wait):
            guard case .waiting = parties[party].activity else { return false }
            return parties[party].waitNumber == wait && !parties[party].hasTimedOut
        case .timeout(let task, let attempt):
            return tasks[task].map { $0.worker != nil && $0.attempts == attempt && $0.ending == nil } ?? false
        case .teardown(let task, let attempt):
            return tasks[task].map { $0.worker != nil && $0.attempts == attempt } ?? false
        case .queueTimeout(let task): return tasks[task].map { $0.isQueued && $0.attempts == 0 } ?? false
        case .retry(let task): return tasks[task].map { if case .delayed = $0.state { true } else { false } } ?? false
        case .initializerTimeout(let worker, let pid):
            guard workers[worker].pid == pid, case .initializer? = workers[worker].work else { return false }
            return true
        case .respawn(let worker): return if case .dead = workers[worker].activity { true } else { false }
        case .room(let channel, let until): return channels[channel]?.fullUntil == until
        case .call(let id): return limitedWaits[id] != nil
        }
    }

    private mutating func fire(_ event: TimerQueue.Event) {
        switch event {
        case .limit(let party, _): parties[party].hasTimedOut = true
        case .timeout(let task, _): beginEnding(task, .timeout)
        case .teardown(let task, _): stepTeardown(task)
        case .queueTimeout(let task): settle(task, .failure(Self.queueTimedOut))
        case .retry(let task):
            tasks[task]?.state = .queued
            queue.appendRetry(task)
        case .initializerTimeout(let worker, _): kill(worker, .signal(9), .initializer(initializerTimedOut))
        case .respawn(let worker): respawn(worker)
        case .room: callWatches()
        case .call(let id):
            if let call = limitedWaits[id] { effects.calls.append(call) }
            watches.removeAll { $0.id == id }
            endAsyncWait(id, .ending)
        }
    }

    // MARK: Deadlock

    /// Whether nothing will ever happen again, although somebody waits for it.
    private func isDeadlock(_ candidates: [Int]) -> Bool {
        guard candidates.isEmpty || idlePolls > Self.deadlockPolls else { return false }
        return failure == nil && isWaitedFor && isAmongParties && !waitsForOutside
    }

    /// Whether an `async` function waits for something that is not part of the simulation.
    private var waitsForOutside: Bool {
        parties.indices.contains { party in
            if case .waiting(.job) = parties[party].activity { !asyncWaits.values.contains(party) } else { false }
        }
    }

    /// Called when nothing has happened for a while of real time, where other threads than the parent may call in.
    ///
    /// - Parameters:
    ///   - calls: how often they had before.
    ///   - outside: where what is waited for may come from.
    mutating func idleCheck(_ calls: Int, _ outside: Outside) -> Next {
        isIdleCheckPlanned = false
        if running == nil { self.outside = outside }
        guard running == nil, failure == nil, isWaitedFor, !waitsForOutside else { return .nobody }
        guard outsideCalls == calls, endingWaits.isEmpty else {
            needsIdleCheck = true
            return .nobody
        }
        if passTime() {
            idleChecks = 0
            return next(after: nil)
        }
        idleChecks = isSureToCome ? 0 : idleChecks + 1
        if idleChecks > Self.idleLimit { fail(Self.deadlock(describeWaits())) }
        return next(after: nil)
    }

    private func describeWaits() -> String {
        var waits = parties.indices.compactMap { party -> String? in
            let task = task(of: party).map { " (task \($0))" } ?? ""
            switch parties[party].activity {
            case .absent: return nil
            case .waiting(let condition): return "\(name(of: party))\(task) waits for \(describe(condition))"
            case .ready, .dying: return "\(name(of: party))\(task) polls without end"
            }
        }
        if asyncCallers > 0 { waits.append("\(asyncCallers) asynchronous callers wait") }
        if waitsElsewhere > 0 { waits.append("\(waitsElsewhere) callers wait in other simulations") }
        let queued = tasks.values.count { $0.isQueued }
        if queued > 0 { waits.append("\(queued) tasks wait for a worker") }
        return waits.joined(separator: "; ")
    }

    static func deadlock(_ who: String) -> MultitaskingError {
        MultitaskingError(
            .deadlock,
            "no party can continue, and no time limit is running: \(who); break the cycle of waits, or give one of "
                + "them a limit")
    }

    static func tooLong(steps: Int, _ who: String) -> MultitaskingError {
        MultitaskingError(
            .deadlock, "the simulation has not ended after \(steps) steps (\(who)); end it, or raise its stepLimit")
    }

    /// Ends everything with an error.
    mutating func fail(_ error: MultitaskingError) {
        failure = error
        note(.deadlock(error.message), by: nil)
        for task in tasks.keys.sorted() {
            if let worker = tasks[task]?.worker {
                kill(worker, .signal(9), .failure(error))
            } else if tasks[task]?.isDone == false {
                settle(task, .failure(error))
            }
        }
        for watch in watches { effects.calls.append(watch.call) }
        watches = []
        beginShutdown(.kill)
    }
}

extension MultitaskingError.Code {
    /// In a simulation, all parties wait, and no time limit is running.
    public static let deadlock = Self("deadlock")
}
