public import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

extension ThreadPool: WorkerExecutor {
    /// Makes a call in every current thread, before its next task, and in each thread that starts later.
    ///
    /// A surplus thread that has not left yet doesn't count as current.
    /// - Returns: a future for each current thread, ordered by worker index.
    /// - Throws: `shutDown`.
    public func everywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [Future<Function.Output>] {
        try owner.check()
        let hasThrown = EverywhereFailure()
        let body: @Sendable (any TaskEnvironment) throws -> Function.Output = { environment in
            do { return try call(in: environment) } catch {
                hasThrown.set()
                throw error
            }
        }
        return try storage.roster.withLock { roster in
            guard !storage.isClosed else { throw Self.shutDownError }
            let tasks = roster.staying.map { ($0, ThreadTask(EnvironmentCall(body))) }
            roster.add(
                Roster.Call(tasks: Dictionary(uniqueKeysWithValues: tasks.map { ($0, $1 as PendingTask) })) {
                    if !hasThrown.isSet { _ = try? call(in: $0) }
                })
            storage.countCallTasks(tasks.count)
            storage.rosterChanged(roster)
            return tasks.map { Future($1) }
        }
    }

    /// Changes the number of threads. Returns immediately. New threads run the initializer and take tasks. Surplus
    /// threads finish their current task, run the finalizer, and leave. Concurrent calls take effect one after the
    /// other.
    /// - Parameter count: the new number, from 1 to a million.
    /// - Throws: `invalidArgument`; `shutDown`; `systemError` if the system refuses to start a thread, in which case
    ///   the threads that were started stay.
    public func resize(to count: Int) throws {
        try owner.check()
        try Self.requirePositive(count, "the number of workers")
        guard count <= Self.mostWorkers else {
            throw MultitaskingError(
                .invalidArgument, "the number of workers is \(count) and must be at most \(Self.mostWorkers)")
        }
        let (ended, refusal) = try lifecycle.withLock { lifecycle -> ([Worker], Refusal?) in
            guard lifecycle.isOpen, !storage.isClosed else { throw Self.shutDownError }
            let missing = storage.roster.withLock { roster in
                defer { storage.rosterChanged(roster) }
                return roster.resize(to: count)
            }
            var started = 0
            do throws(Refusal) {
                for number in missing {
                    lifecycle.add(try Self.startWorker(number, namePrefix, storage))
                    started += 1
                }
            } catch {
                storage.roster.withLock { roster in
                    _ = roster.resize(to: max(1, missing[started]))
                    storage.rosterChanged(roster)
                }
                return ([], error)
            }
            return (lifecycle.takeEnded(), nil)
        }
        if let refusal {
            // Calls may have been made of it before it was known that it has no thread.
            storage.failOrphans(refusal)
            throw Self.refused(refusal)
        }
        for worker in ended { worker.join() }
    }

    /// Returns the results of the finalizers of the threads that have left, in the order in which they left. They are
    /// complete after the shutdown.
    ///
    /// - Throws: `wrongType`, with the names of both types, if the finalizer returns another type.
    public func finalizerResults<Value: Sendable>(
        as type: Value.Type = Value.self
    ) throws -> [Result<Value, any Error>] { try storage.finalized.withLock(\.self).typed() }
}

/// Set when a call that every worker makes has thrown in one, so that it is not repeated in later ones.
private final class EverywhereFailure: Sendable {
    // ORDERING: relaxed; nothing is passed on, and a late look repeats the call once more.
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
