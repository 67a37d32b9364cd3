/// An executor whose workers pass results directly to each other instead of through the client.
///
/// `submit(_:options:resultsOf:)` uses this if the backend supports it. Otherwise, the client waits for the futures
/// without blocking a thread, and submits the call with their values.
///
/// ```swift
/// let parts = try pool.submit(load, path)
/// let total = try pool.submit(sum, resultsOf: parts)
/// ```
public protocol DependencyExecutor: Executor {
    /// Queues a call whose arguments are the results of other tasks. It starts when all of them have succeeded.
    ///
    /// - Returns: a future that fails with `dependencyFailed` and the cause as soon as one of the tasks fails or is
    ///   cancelled.
    /// - Throws: whatever ``Executor/submit(_:options:)`` throws.
    func submit<Function: PortableFunction, First: Portable, each Other: Portable>(
        _ function: Function, options: TaskOptions, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Function.Output> where Function.Arguments == DependentArguments<First, repeat each Other>
}

extension Executor {
    // The compiler of Swift 6.3 crashes when it looks, for `-cross-module-optimization`, at a call on an opened
    // existential with a pack among its types.
    /// The common implementation of the overloads of `submit` with `resultsOf:`.
    @_semantics("optimize.no.crossmodule")
    @usableFromInline
    func submitDependent<Function: PortableFunction, First: Portable, each Other: Portable>(
        _ function: Function, _ options: TaskOptions, _ first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Function.Output> where Function.Arguments == DependentArguments<First, repeat each Other> {
        if let pool = self as? any DependencyExecutor {
            return try pool.submit(function, options: options, resultsOf: first, repeat each others)
        }
        return try submitWhenDone(function, options: options, resultsOf: first, repeat each others)
    }

    /// Queues a call when the futures have their values, which pass through the client: the fallback of `resultsOf:`
    /// for backends without direct support. Doesn't block a thread.
    ///
    /// - Throws: `invalidArgument` for options that are out of range, or that a pool of this package doesn't support;
    ///   `shutDown`, which a pool that isn't of this package must have thrown before this returns. Every other error is
    ///   the new future's failure: the failure of a dependency, as `dependencyFailed`, and whatever
    ///   ``submit(_:options:)`` throws.
    public func submitWhenDone<Function: PortableFunction, First: Portable, each Other: Portable>(
        _ function: Function, options: TaskOptions, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Function.Output> where Function.Arguments == DependentArguments<First, repeat each Other> {
        let pool = self as? any ChecksSubmissions
        if let pool {
            try pool.validate(options)
            try pool.checkUsable()
        } else {
            try options.validate()
        }
        var dependencies: [any Followable] = [first]
        for future in repeat each others { dependencies.append(future) }
        let future = submit(after: dependencies, options) { options in
            let arguments = DependentArguments(
                try first.availableValue(), repeat try (each others).availableValue())
            return try self.submit(Invocation(function, arguments), options: options)
        }
        // Who can't be asked has refused by now if the values were there.
        if pool == nil, case .failure(let error as MultitaskingError)? = future.outcome(), error.meansShutDown {
            throw error
        }
        return future
    }

    /// A future that follows the one that `submit` gives, which is called when all `dependencies` have their values.
    package func submit<Value>(
        after dependencies: [any Followable], _ options: TaskOptions,
        _ submit: @escaping @Sendable (TaskOptions) throws -> Future<Value>
    ) -> Future<Value> {
        let dependent = DeferredFuture<Value>(in: (self as? any HasTimeline)?.timeline)
        let tasks = dependencies.enumerated().map { ($0.offset, $0.element.followed) }
        dependent.setMaker(.arguments(Dictionary(uniqueKeysWithValues: tasks)))
        Dependents.add(dependent, to: self)
        let left = Countdown(dependencies.count)
        let start: @Sendable () -> [Follower] = { self.start(dependent, options, submit) }
        if dependencies.isEmpty { Follower.call(start()) }
        for (number, dependency) in dependencies.enumerated() {
            let step = Follower(step: {
                dependent.removeArgument(number)
                var followers: [Follower] = []
                if let error = dependency.failure {
                    followers = dependent.fail(MultitaskingError.dependencyFailed(error))
                }
                if left.isLast() { followers += start() }
                return followers
            })
            Follower.call(dependency.add(step))
        }
        let future = Future(dependent)
        if future.isUnsubmitted, let pool = innermost as? any TellsOfInterrupt {
            pool.whenInterrupted { [weak pool] in if let pool { Dependents.settle(of: pool, .cancelQueued) } }
        }
        return future
    }

    /// Submits without blocking: the caller may be a callback of a pool. Returns what follows, for the caller to call.
    private func start<Value>(
        _ dependent: DeferredFuture<Value>, _ options: TaskOptions,
        _ submit: @escaping @Sendable (TaskOptions) throws -> Future<Value>
    ) -> [Follower] {
        guard dependent.state == .queued else { return [] }
        let timeline = self is any TellsOfRoom ? (self as? any HasTimeline)?.timeline : nil
        let waits = !options.waitForRoom.isOver
        let deadline = WaitDeadline(waits ? options.waitForRoom : .forever, timeline: timeline)
        var options = options
        options.waitForRoom = .never
        let call = RoomLine.Call(deadline: deadline) { [options] in
            guard dependent.state == .queued else { return ([], nil) }
            do {
                return (dependent.follow(orCancel: try submit(options)), nil)
            } catch let error as MultitaskingError where error.meansNoRoom && waits && !deadline.remaining.isOver {
                return ([], error)
            } catch { return (dependent.fail(error), nil) }
        }
        // Those that have been waiting for room come first.
        if !waits || !RoomLines.hasCalls(for: self) {
            let (followers, refusal) = call.attempt()
            if refusal == nil { return followers }
        }
        dependent.setMaker(.room)
        let number = RoomLines.add(call, for: self)
        let line = ObjectIdentifier(self)
        dependent.whenResolved { RoomLines.remove(number, for: line) }
        return []
    }
}

extension DeferredFuture {
    /// Follows a task that was submitted for it; ends that, which may have started, if nobody wants it anymore.
    fileprivate func follow(orCancel future: Future<Value>) -> [Follower] {
        if let followers = leavePending(for: .following(future)) { return followers }
        future.cancel(force: true)
        return []
    }

    /// Ends with an error, unless it has ended.
    fileprivate func fail(_ error: any Error) -> [Follower] { leavePending(for: .ended(.failure(error))) ?? [] }
}

extension Future {
    /// The value of a future that has one.
    package func availableValue() throws -> Value {
        guard let outcome = outcome() else {
            throw MultitaskingError.dependencyFailed(MultitaskingError.notDone(within: .zero))
        }
        do { return try outcome.get() } catch { throw MultitaskingError.dependencyFailed(error) }
    }
}

extension MultitaskingError {
    /// The error of a task whose argument would have been the result of one that has none.
    package static func dependencyFailed(_ cause: any Error) -> Self {
        if let cause = cause as? Self, cause.code == .dependencyFailed, cause.origin == .pool { return cause }
        return Self(
            .dependencyFailed,
            "a task whose result is an argument of this one failed or was cancelled, so this one never starts",
            cause: cause)
    }

    /// Whether it is one of a pool that is full now and may have room later.
    package var meansNoRoom: Bool { (code == .arenaLimitReached || code == .timedOut) && !neverFits }

    /// Whether it is one of a pool that takes no more tasks.
    fileprivate var meansShutDown: Bool { code == .shutDown && origin == .pool }

    /// Whether a call that was refused with it shows that the pool refuses every other call, too.
    var meansEndOfPool: Bool {
        origin == .pool && (code == .shutDown || code == .clusterLost || code == .initializerFailed)
    }
}
