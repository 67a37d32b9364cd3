import Synchronization

/// Held while a future begins to follow another one that is made in the client.
private let linking = Lock(())

/// A future whose outcome is not made by a worker of its own: a promise, or what follows from other futures.
///
/// Futures that follow each other make chains of any length, so whatever goes along a chain, even its release, does so
/// in a loop, and never by one future calling the next.
///
/// It goes from pending to following or ended; one that follows is as far as the future that it follows.
final class DeferredFuture<Value: Sendable>: FutureSource {
    enum Phase {
        case pending
        /// Another future has the outcome, or will have it.
        case following(Future<Value>)
        case ended(TaskOutcome<Value>)
    }

    private struct State {
        var phase = Phase.pending
        /// Called when it is no longer pending.
        var followers = CallbackList<Follower>()
        /// Who makes the outcome while it is pending.
        var maker = OutcomeMaker.anybody
    }

    private let mutex = Lock(State())
    /// The time that waits for it take place in; nil for the machine's.
    let timeline: (any Timeline)?

    init(in timeline: (any Timeline)? = nil) { self.timeline = timeline }

    init(_ outcome: TaskOutcome<Value>) {
        timeline = nil
        mutex.withLock { $0.phase = .ended(outcome) }
    }

    deinit {
        var followed = takeFollowed()
        while isKnownUniquelyReferenced(&followed) { followed = followed?.takeFollowed() }
    }

    /// Takes the future away that it follows; only of a future that nobody else has.
    private func takeFollowed() -> DeferredFuture? {
        mutex.withLock { state in
            guard case .following(let future) = state.phase else { return nil }
            state.phase = .pending
            return future.deferred
        }
    }

    private var ownPhase: Phase { mutex.withLock { $0.phase } }

    /// Where it is itself, or the last of those that follow each other from here.
    ///
    /// What it follows is at the end of that chain, and either pending or a task of a pool.
    private var phase: Phase {
        let first = ownPhase
        var last = first
        var isFarther = false
        while case .following(let future) = last, let next = future.deferred?.ownPhase {
            if case .pending = next { break }
            last = next
            isFarther = true
        }
        // The next look need not go the same way, and what lies between can be released: after the lock was.
        if isFarther { mutex.withLock { $0.phase = last } }
        return withExtendedLifetime(first) { last }
    }

    /// The last of those that follow each other from here; nil if it follows none.
    var endOfChain: Future<Value>? { if case .following(let future) = phase { future } else { nil } }

    var isPending: Bool { if case .pending = ownPhase { true } else { false } }

    var state: TaskState {
        switch phase {
        case .pending: .queued
        case .following(let future): future.state
        case .ended(.cancelled): .cancelled
        case .ended: .done
        }
    }

    var output: String? {
        if case .following(let future) = phase { future.output } else { nil }
    }

    var failure: (any Error)? {
        switch phase {
        case .pending: nil
        case .following(let future): future.failure
        case .ended(let outcome): outcome.failure
        }
    }

    var report: TaskReport? {
        if case .following(let future) = phase { future.progress } else { nil }
    }

    func outcome() -> TaskOutcome<Value>? {
        switch phase {
        case .pending: nil
        case .following(let future): future.outcome()
        case .ended(let outcome): outcome
        }
    }

    /// Ends it with an outcome; false if it has one, or follows another, already.
    @discardableResult
    func end(_ outcome: TaskOutcome<Value>) -> Bool {
        guard let followers = leavePending(for: .ended(outcome)) else { return false }
        Follower.call(followers)
        return true
    }

    /// Leaves the pending phase, unless it has.
    ///
    /// - Returns: the followers, which the caller must call or pass on; nil if it was not pending.
    func leavePending(for phase: Phase) -> [Follower]? {
        let left: (followers: [Follower]?, maker: OutcomeMaker?)
        if case .following(let future) = phase, let followed = future.deferred {
            // The way there is short after this.
            var way = [followed.phase]
            // Of several that begin to follow each other, the last one has to see that.
            left = linking.withLock { _ in
                leave(for: isFollowed(by: followed, &way) ? .ended(.failure(Self.followsItself)) : phase)
            }
            // Released outside of the lock, as below.
            withExtendedLifetime(way) {}
        } else {
            left = leave(for: phase)
        }
        withExtendedLifetime(left.maker) {}
        return left.followers
    }

    private func leave(for phase: Phase) -> (followers: [Follower]?, maker: OutcomeMaker?) {
        mutex.withLock { state in
            guard case .pending = state.phase else { return (nil, nil) }
            state.phase = phase
            return (state.followers.removeAll(), exchange(&state.maker, with: .anybody))
        }
    }

    /// Whether another one is as far as this one, also as the last of several.
    ///
    /// - Parameter way: gets what it passes, which others may have let go meanwhile.
    private func isFollowed(by other: DeferredFuture, _ way: inout [Phase]) -> Bool {
        var next = other
        while next !== self {
            let phase = next.ownPhase
            way.append(phase)
            guard case .following(let future) = phase, let deferred = future.deferred else { return false }
            next = deferred
        }
        return true
    }

    private static var followsItself: MultitaskingError {
        MultitaskingError(
            .invalidArgument,
            "the body of `then` returned a future that waits for the one that `then` created, so neither would ever "
                + "end; return a future that doesn't depend on it")
    }

    /// Calls `follower` when the future has ended; if it already has, returns the follower for the caller to call.
    func add(_ follower: Follower) -> [Follower] {
        let step = Follower(step: { [self] in passOn(follower) })
        guard let registration = follower.registration else {
            return addIfPending(step) == nil ? passOn(follower) : []
        }
        var isPending = false
        registration.move {
            let number = addIfPending(step)
            isPending = number != nil
            return number.map(forgetting)
        }
        return isPending ? [] : passOn(follower)
    }

    /// Passes a follower on to the future that it follows, or back.
    private func passOn(_ follower: Follower) -> [Follower] {
        if case .following(let future) = phase { future.add(follower) } else { [follower] }
    }

    /// Returns the follower's number, or nil if it is not pending.
    private func addIfPending(_ follower: Follower) -> UInt64? {
        mutex.withLock { state in
            guard case .pending = state.phase else { return nil }
            return state.followers.add(follower)
        }
    }

    /// A function that takes a follower back.
    private func forgetting(_ number: UInt64) -> @Sendable () -> Void {
        { [self] in _ = mutex.withLock { $0.followers.remove(number) } }
    }

    /// How many callbacks wait for the outcome; for tests.
    var callbackCount: Int { mutex.withLock { $0.followers.count } }

    /// Calls `body` when it is no longer pending, at once if it is not, unless the returned function was called before.
    @discardableResult
    func whenResolved(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        if let number = addIfPending(Follower(nil, body)) { return forgetting(number) }
        body()
        return {}
    }

    /// Who makes the outcome: the future that it follows, or what ``setMaker(_:)`` was told; nil if it has ended.
    var maker: OutcomeMaker? {
        let (phase, maker) = mutex.withLock { ($0.phase, $0.maker) }
        return switch phase {
        case .pending: maker
        case .following(let future): .task(future.backend)
        case .ended: nil
        }
    }

    /// Says who makes the outcome, and so where a cancellation goes while it is pending.
    func setMaker(_ maker: OutcomeMaker) {
        let old = mutex.withLock { state in
            guard case .pending = state.phase else { return maker }
            return exchange(&state.maker, with: maker)
        }
        // Released outside of the lock.
        withExtendedLifetime(old) {}
    }

    /// Notes that a task has ended whose result is an argument.
    func removeArgument(_ number: Int) {
        let gone = mutex.withLock { state -> (any TaskSource)? in
            guard case .arguments(var tasks) = state.maker else { return nil }
            state.maker = .anybody
            let gone = tasks.removeValue(forKey: number)
            state.maker = .arguments(tasks)
            return gone
        }
        withExtendedLifetime(gone) {}
    }

    @available(*, noasync)
    func waitUntilDone(_ wait: WaitLimit) -> Bool {
        if case .ended = phase { return true }
        let deadline = WaitDeadline(wait, timeline: timeline ?? CallersTimelines.current)
        var next = self
        while true {
            guard next.waitUntilResolved(deadline) else { return false }
            guard case .following(let future) = next.phase else { return true }
            guard let followed = future.deferred else {
                return future.waitUntilDone(wait == .never ? .never : deadline.remaining)
            }
            next = followed
        }
    }

    /// Blocks until it is no longer pending; false if the limit passed first.
    @available(*, noasync)
    func waitUntilResolved(_ deadline: WaitDeadline) -> Bool {
        guard isPending else { return true }
        if let timeline = timeline ?? CallersTimelines.current {
            guard let callers = timeline as? any CallersTimeline else {
                return timeline.wait(deadline.remaining) { !self.isPending }
            }
            if self.timeline != nil || deadline.timeline != nil { return waitUntilResolved(deadline, in: callers) }
            if let isResolved = waitInMachineTime(until: deadline, as: callers) { return isResolved }
        }
        let latch = Latch()
        let forget = whenResolved { latch.open() }
        defer { forget() }
        return latch.waitCounted(deadline.remaining)
    }

    /// Waits where the caller has the turn, which others need to bring the outcome about.
    @available(*, noasync)
    private func waitUntilResolved(_ deadline: WaitDeadline, in timeline: any CallersTimeline) -> Bool {
        do {
            return try timeline.wait(
                deadline.remaining, until: { !self.isPending }, outside: { timeline.outside(of: self, $0) },
                register: { whenResolved($0) })
        } catch let error as MultitaskingError {
            // Nobody is left who could do it.
            end(.failure(error))
            return true
        } catch { return false }
    }

    /// Waits with a limit of the machine's time where the caller has the turn, which others may need to bring the
    /// outcome about.
    ///
    /// - Returns: nil if nothing in that time brings it about anymore.
    @available(*, noasync)
    private func waitInMachineTime(until deadline: WaitDeadline, as timeline: any CallersTimeline) -> Bool? {
        do {
            _ = try timeline.wait(
                .forever, until: { !self.isPending || deadline.remaining.isOver },
                outside: { others in
                    // The machine's time passes, whatever else happens, and is looked at now and then.
                    timeline.outside(of: self, others) == .nowhere ? .nowhere : .running
                },
                register: { whenResolved($0) })
            return !isPending
        } catch {
            // Others outlive that time, and may still do it.
            guard let error = error as? MultitaskingError else { return false }
            if timeline.outside(of: self, { _ in .anotherTime }) == .nowhere { end(.failure(error)) }
            return isPending ? nil : true
        }
    }

    func whenDone(_ body: @escaping @Sendable () -> Void) { Follower.call(add(Follower(nil, body))) }

    func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let registration = Registration()
        Follower.call(add(Follower(registration, body)))
        return { registration.end() }
    }

    func cancel(force: Bool) -> Bool { cancel(force: force) { $0.cancel(force: force) } }

    func requestCancellation(force: Bool) {
        _ = cancel(force: force) { task in
            task.requestCancellation(force: force)
            return true
        }
    }

    /// - Parameter cancelLast: cancels the task at the end of the chain, if a pool has it.
    private func cancel(force: Bool, _ cancelLast: (any TaskSource) -> Bool) -> Bool {
        var next: any TaskSource = self
        while let deferred = next as? any CancellationStep {
            switch deferred.cancelStep(force: force) {
            case .passOn(let source): next = source
            case .over(let isCancelled): return isCancelled
            }
        }
        return cancelLast(next)
    }
}

/// Where a cancellation goes next.
private enum CancellationResult {
    case passOn(to: any TaskSource)
    case over(isCancelled: Bool)
}

/// A future of any type on the way of a cancellation.
private protocol CancellationStep: AnyObject {
    func cancelStep(force: Bool) -> CancellationResult
}

extension DeferredFuture: DeferredSource {}

extension DeferredFuture: CancellationStep {
    fileprivate func cancelStep(force: Bool) -> CancellationResult {
        let (phase, maker) = mutex.withLock { ($0.phase, $0.maker) }
        switch (phase, maker) {
        case (.pending, .task(let source)): return .passOn(to: source)
        case (.pending, .function(let cancel)): return .over(isCancelled: cancel(force))
        // Somebody may have fulfilled it in between.
        case (.pending, .anybody), (.pending, .arguments), (.pending, .room):
            return .over(isCancelled: end(.cancelled) || state == .cancelled)
        case (.following(let future), _): return .passOn(to: future.backend)
        case (.ended(.cancelled), _): return .over(isCancelled: true)
        case (.ended, _): return .over(isCancelled: false)
        }
    }
}

extension Future {
    /// The time in which the task lives; nil for the machine's.
    public var timeline: (any Timeline)? { (source as? any HasTimeline)?.timeline ?? deferred?.timeline }
}
