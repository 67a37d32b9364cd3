internal import MultitaskingCore
internal import MultitaskingSystem

// What a call into the simulation goes through: the turn, faults, the attempt itself, waiting.

/// One call of a thread into the simulation.
struct CallRequest: Sendable {
    let caller: Caller
    let limit: WaitLimit
    let condition: Condition
    /// The channel to which the call would send.
    var target: UInt64?

    /// Which party calls; nil until it is known.
    var party: Int?
    var thread: UInt { caller.thread }
    /// Whether the caller isn't a party but only attempts something.
    var isOutside = false
    /// Whether the caller must not wait, because it is called back by the simulation itself.
    var isCallback = false
    /// Whether the faults of this switch point have been looked up.
    var isPastFaults = false
    var isDelayed = false
    var isWaiting = false
}

/// How far a call has come.
enum CallProgress<Value: Sendable>: Sendable {
    case done(Result<Value?, any Error>)
    /// The caller's worker has died.
    case refused(then: SimulationState.Next)
    /// It is somebody else's turn, if the caller is not the next.
    case pass(SimulationState.Next, me: Parker)
}

extension SimulationState {
    /// Begins a call: the caller takes the turn, or goes on with the one it has.
    mutating func enter<Value>(
        _ request: inout CallRequest, _ attempt: (inout SimulationState, Int?) throws -> Value?
    ) -> CallProgress<Value> {
        lookForParent(request.caller)
        let party = party(of: request.thread)
        if callbackThreads.contains(request.thread) {
            request.isCallback = true
            request.party = running
            return proceed(&request, attempt)
        }
        if lostThreads.contains(request.thread) { return .refused(then: .stay) }
        guard let party, !parties[party].isAbsent || party == 0 else {
            calledFromOutside()
            request.isOutside = true
            return proceed(&request, attempt)
        }
        request.party = party
        guard !parties[party].isDying else { return refuse(party) }
        parties[party].isInside = true
        if parties[party].isAbsent {
            // The parent comes back to a simulation that went on without it.
            parties[party].activity = .ready
            return .pass(running == nil ? next(after: nil) : .nobody, me: parties[party].parker)
        }
        return pass(from: party, &request, attempt)
    }

    /// A caller that isn't a party does something.
    mutating func calledFromOutside() {
        outsideCalls += 1
        idleChecks = 0
    }

    /// A switch point: the caller goes on at once, or when it is its turn again.
    private mutating func pass<Value>(
        from party: Int, _ request: inout CallRequest, _ attempt: (inout SimulationState, Int?) throws -> Value?
    ) -> CallProgress<Value> {
        steps += 1
        now = now.addingSaturated(Self.stepTime)
        switch next(after: party) {
        case .stay: return proceed(&request, attempt)
        case let next: return .pass(next, me: parties[party].parker)
        }
    }

    /// Goes on with a call whose caller has the turn.
    mutating func proceed<Value>(
        _ request: inout CallRequest, _ attempt: (inout SimulationState, Int?) throws -> Value?
    ) -> CallProgress<Value> {
        let party = request.party
        if let party, !request.isCallback {
            if parties[party].isDying { return refuse(party) }
            if let progress: CallProgress<Value> = strike(party, &request) { return progress }
        }
        let looks = idlePolls
        do {
            if let value = try attempt(&self, party) {
                if idlePolls == looks { madeProgress(party) }
                return .done(.success(value))
            }
        } catch {
            madeProgress(party)
            return .done(.failure(error))
        }
        return wait(&request)
    }

    /// The attempt gave nothing.
    private mutating func wait<Value>(_ request: inout CallRequest) -> CallProgress<Value> {
        let hasTimedOut = request.isWaiting && request.party.map { parties[$0].hasTimedOut } ?? false
        let duration: Nanoseconds? =
            switch request.limit {
            case .never: 0
            case .forever: nil
            case .upTo(let duration): duration.clampedForWaiting.nanoseconds
            }
        if hasTimedOut {
            request.isWaiting = false
            note(.givesUp, by: request.party)
            recordIdlePoll(request.party)
            return .done(.success(nil))
        }
        if request.isCallback || duration.map({ $0 <= 0 }) ?? false {
            recordIdlePoll(request.party)
            return .done(.success(nil))
        }
        if let failure { return .done(.failure(failure)) }
        let party = request.party ?? addGuest(request.thread)
        request.party = party
        if !request.isWaiting {
            request.isWaiting = true
            beginWait(party, limit: duration)
            note(
                .waits(for: describe(request.condition), until: duration.map { now.addingSaturated($0) }), by: party)
        }
        parties[party].activity = .waiting(request.condition)
        // With the capacity 0, a receiver that waits is what senders wait for.
        if case .element = request.condition, !watches.isEmpty { callWatches() }
        if request.isOutside, let running, running != party { return .pass(.nobody, me: parties[party].parker) }
        return .pass(next(after: party), me: parties[party].parker)
    }

    private mutating func beginWait(_ party: Int, limit: Nanoseconds?) {
        parties[party].waitNumber += 1
        parties[party].hasTimedOut = false
        parties[party].isPolling = false
        guard let limit else { return }
        plan(
            .limit(party: party, wait: parties[party].waitNumber), at: now.addingSaturated(limit))
    }

    private mutating func addGuest(_ thread: UInt) -> Int {
        let free = parties.indices.first { $0 > workerCount && parties[$0].isAbsent }
        if free == nil { parties.append(Party()) }
        let party = free ?? parties.count - 1
        parties[party].thread = thread
        parties[party].isInside = true
        return party
    }

    /// The end of a call, after its effects.
    mutating func leave(_ request: CallRequest) -> Next {
        guard !request.isCallback else { return .stay }
        if let party = request.party, party <= workerCount {
            parties[party].isInside = false
            return party == 0 ? watchingParent : .stay
        }
        if let party = request.party {
            parties[party].activity = .absent
            parties[party].thread = nil
            return next(after: nil)
        }
        // A caller from outside may have given a party something to do, or polls.
        if running == 0, idlePolls > Self.patientLooks { return takeTurnFromParent(at: steps) }
        guard running == nil else { return .stay }
        if idlePolls > Self.pollLimit { _ = passTime(atMost: pollTime) }
        return next(after: nil)
    }

    // MARK: Faults

    /// What goes wrong at this switch point, if the caller is a worker; nil if nothing does.
    private mutating func strike<Value>(_ party: Int, _ request: inout CallRequest) -> CallProgress<Value>? {
        if request.isDelayed, parties[party].hasTimedOut {
            request.isDelayed = false
            parties[party].hasTimedOut = false
        }
        guard !request.isPastFaults else { return nil }
        request.isPastFaults = true
        guard let task = task(of: party), let record = tasks[task] else { return nil }
        tasks[task]?.switchPoints += 1
        var delay = faults.slowness(of: party - 1)
        let place = FaultSource.Place.switchPoint(
            task: task, attempt: record.attempts, number: record.switchPoints + 1, isSend: request.target != nil)
        switch faults.action(at: place) {
        case nil, .failedSpawn?: break
        case .crash(let end)?:
            kill(party - 1, end, .crash)
            return refuse(party)
        case .stuck?:
            note(.isStuck, by: party)
            parties[party].activity = .waiting(.stuck)
            return .pass(next(after: party), me: parties[party].parker)
        case .delay(let time)?:
            note(.isDelayed(time), by: party)
            delay = delay.addingSaturated(time)
        case .fullQueue(let time)?:
            guard let target = request.target, channels[target] != nil else { break }
            let until = now.addingSaturated(time)
            channels[target]?.fullUntil = until
            plan(.room(channel: target, until: until), at: until)
            note(.pretendsFull(channel: target, until: until), by: party)
        }
        guard delay > 0 else { return nil }
        request.isDelayed = true
        beginWait(party, limit: delay)
        parties[party].activity = .waiting(.time)
        return .pass(next(after: party), me: parties[party].parker)
    }

    private mutating func refuse<Value>(_ party: Int) -> CallProgress<Value> {
        parties[party].refusals += 1
        guard parties[party].refusals > Self.refusalLimit else { return .refused(then: .stay) }
        lose(party)
        return .refused(then: next(after: nil))
    }
}
