import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem

/// What the workers of a pool have and do besides their tasks, as the caller wants it.
struct PoolWorkers: Sendable {
    var initializer = WorkerInitializer.none
    var finalizer = WorkerFinalizer.none
    /// Variables of their environment besides the client's.
    var environment: [String: String] = [:]
    /// What their names begin with.
    var namePrefix = defaultNamePrefix

    static let defaultNamePrefix = "mt-worker"

    /// Throws `invalidArgument` for what cannot be.
    func validate() throws {
        try initializer.validate()
        try finalizer.validate()
        for (name, value) in environment {
            guard name.isEmpty || (name + value).utf8.contains(0) || name.contains("=") else { continue }
            throw MultitaskingError(
                .invalidArgument,
                "the environment's variable \"\(name)\" cannot be set: a name is not empty and has no \"=\", and "
                    + "neither has "
                    + "a value a zero byte")
        }
        guard !namePrefix.isEmpty, !namePrefix.utf8.contains(0) else {
            let fault = namePrefix.isEmpty ? "is empty" : "has a zero byte, which no name can have"
            throw MultitaskingError(.invalidArgument, "workerNamePrefix \(fault); leave it out for \"mt-worker\"")
        }
    }

    /// Writes it where every worker finds it.
    ///
    /// - Parameter isForked: whether the first workers are forked from this process.
    /// - Returns: what forked workers are to do as this process has it.
    /// - Throws: `capturesState`; `encodeFailed`; `arenaLimitReached`.
    func store(
        in table: FunctionTable, _ extent: inout FunctionTable.Extent, isForked: Bool
    ) throws -> ForkedSetup {
        let arena = table.arena
        let header = arena.header
        arena.limits.store(initializerTimeout: initializer.timeout, finalizerTimeout: finalizer.timeout)
        let name = Array(namePrefix.utf8.prefix(HeaderRecord.workerNameSize - 1)) + [0]
        unsafe arena.withBytes(at: header.workerName, count: name.count) { unsafe $0.copyBytes(from: name) }
        if !environment.isEmpty {
            header.environment.range = try table.keep(try encodePayload(environment), to: &extent)
        }
        var setup = ForkedSetup()
        for (call, function, payload, place) in [
            (initializer.call, header.initializer, header.initializerPayload, \ForkedSetup.initializer),
            (finalizer.call, header.finalizer, header.finalizerPayload, \ForkedSetup.finalizer),
        ] {
            guard let call else { continue }
            if isForked, call.isForkedAsItIs { setup[keyPath: place] = call }
            do {
                try call.add(to: table, &extent).store(at: function, payload)
            } catch {
                // Of use only if a supervisor dies and cannot be forked anymore.
                guard isForked, call.captures else { throw error }
                setup.spawnObstacle = MultitaskingError(
                    .cannotSpawn,
                    """
                    the pool's supervisor died and can't be forked again, as this process runs other threads by now or \
                    has used Dispatch, and a worker that is started anew can't make the pool's initializer or \
                    finalizer: pass what it captures as arguments (initializingWith: .calling({ f }, x)), so that it \
                    can be sent
                    """, cause: error)
            }
        }
        return setup
    }
}
