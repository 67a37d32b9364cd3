/// What is called when a future has ended, and then gives those that follow it.
///
/// A step of a chain of futures ends the next one and returns the followers of that, instead of calling them, so a
/// chain of any length takes as little of the stack as one of two. SwiftNIO's `CallbackList` does the same.
///
/// Only a step that has nothing left to do puts its followers off like this: when code of a user ends a future, all
/// that follows has been called when that call returns. So a callback may wait for what it has ended itself. In a queue
/// of its thread, what it waits for could be behind it, and would never be called.
package struct Follower: Sendable {
    private let step: @Sendable () -> [Follower]
    /// Where it waits, if it can be taken back.
    let registration: Registration?

    /// A step of a chain, which returns what is to be called next.
    init(step: @escaping @Sendable () -> [Follower]) {
        self.step = step
        registration = nil
    }

    /// A callback that nothing follows.
    init(_ registration: Registration?, _ body: @escaping @Sendable () -> Void) {
        step = {
            body()
            return []
        }
        self.registration = registration
    }

    /// Calls followers and all that follow them, each one's before the next one.
    static func call(_ followers: [Follower]) {
        var rest = followers
        rest.reverse()
        while let follower = rest.popLast() { rest.append(contentsOf: follower.step().reversed()) }
    }
}

/// A task that others follow in the client: by `then`, or because its result is one of their arguments.
package protocol Followable: Awaitable {
    /// Calls `follower` when the task has ended.
    ///
    /// - Returns: what the caller must call, or have called: the follower, if the task has ended.
    func add(_ follower: Follower) -> [Follower]

    /// What makes the outcome.
    var followed: any TaskSource { get }
}

extension Future: Followable {
    package var followed: any TaskSource { source }

    package func add(_ follower: Follower) -> [Follower] {
        if let deferred { return deferred.add(follower) }
        // A task that has ended calls back at once. What would then happen inside of this call is left to the caller.
        let isEnded = Countdown(2)
        let call: @Sendable () -> Void = { if isEnded.isLast() { Follower.call([follower]) } }
        if let registration = follower.registration {
            registration.move { source.notifyWhenDone(call) }
        } else {
            source.whenDone(call)
        }
        return isEnded.isLast() ? [follower] : []
    }

    /// What it stands for, if that is made in the client.
    var deferred: DeferredFuture<Value>? { source as? DeferredFuture<Value> }

    /// Whether it waits for what others bring about, before a pool has a task for it.
    package var isUnsubmitted: Bool { deferred?.endOfChain == nil && deferred?.isPending == true }

    /// Itself, or the future of a pool's task that it follows.
    package var endOfChain: Future { deferred?.endOfChain ?? self }
}
