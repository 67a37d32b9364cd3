internal import MultitaskingPlatform
internal import Synchronization

/// One pool of a program, made when it is first asked for, and anew when it is of no more use.
///
/// Pools fork, so none is made under the lock: it would be locked in the children for good.
package final class SharedPool<Pool: AnyObject & Sendable>: Sendable {
    private struct State {
        var pool: Pool?
        /// Of the process that makes one now; nil if none does.
        var maker: Int?
        /// Of the process that has made it.
        var owner: Int?
        /// What parent processes have made: it is not this one's to end.
        var inherited: [Pool] = []
    }

    private enum Answer {
        case pool(Pool)
        case make
        case wait
    }

    private let state = Mutex(State())

    package init() {}

    /// Gives up a pool that was shut down, so that nothing of it is kept.
    package func forget(_ pool: Pool) {
        // What is given up is dropped outside of the lock.
        let old = state.withLock { state -> Pool? in
            guard state.pool === pool else { return nil }
            return state.pool.take()
        }
        withExtendedLifetime(old) {}
    }

    /// The pool.
    ///
    /// - Parameters:
    ///   - make: makes one. Others that ask meanwhile wait for it.
    ///   - isUsable: whether one that was made can still be used.
    package func get(_ make: () throws -> Pool, isUsable: (Pool) -> Bool) throws -> Pool {
        let me = ForkGeneration.begin()
        while true {
            switch state.withLock({ ask(&$0, me, isUsable) }) {
            case .pool(let pool): return pool
            case .wait: usleep(500)
            case .make:
                let made: Pool
                do { made = try make() } catch {
                    state.withLock { $0.maker = nil }
                    throw error
                }
                // What is replaced is dropped outside of the lock.
                let old = state.withLock { state in
                    defer { (state.pool, state.owner, state.maker) = (made, me, nil) }
                    return state.pool
                }
                withExtendedLifetime(old) {}
                return made
            }
        }
    }

    private func ask(_ state: inout State, _ me: Int, _ isUsable: (Pool) -> Bool) -> Answer {
        if let pool = state.pool, state.owner != me {
            state.inherited.append(pool)
            state.pool = nil
        }
        if let pool = state.pool, isUsable(pool) { return .pool(pool) }
        if state.maker == me { return .wait }
        state.maker = me
        return .make
    }
}
