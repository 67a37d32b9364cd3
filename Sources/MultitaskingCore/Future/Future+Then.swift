import Synchronization

extension Future {
    /// Returns a future for the transformed value: `let length = future.then { $0.count }`.
    ///
    /// `body` is called once, in this process, on a thread of the pool's choice, so it must be short and must not
    /// block. If this future fails or is cancelled, so does the new one, and `body` isn't called. If `body` throws, the
    /// new future fails with that error. Cancelling the new future cancels this one, as ``cancel(force:)`` says.
    @_disfavoredOverload
    public func then<Other: Sendable>(
        _ body: @escaping @Sendable (Value) throws -> Other
    ) -> Future<Other> {
        // Disfavored: where any type will do, as for `print`, a body that returns a future must choose the form below.
        next { next in next.leavePending(for: .ended(outcome().map { $0.map(body) } ?? .cancelled)) ?? [] }
    }

    /// Returns a future that continues with the future that `body` returns: `future.then { try pool.submit(parse, $0)
    /// }`.
    ///
    /// Like the other form, but the new future ends in the same way as the future that `body` returns. Cancelling the
    /// new future then cancels that one.
    public func then<Other: Sendable>(
        _ body: @escaping @Sendable (Value) throws -> Future<Other>
    ) -> Future<Other> {
        next { next in
            let phase: DeferredFuture<Other>.Phase =
                switch outcome().map({ $0.map(body) }) {
                case .success(let future)?: .following(future)
                case .failure(let error)?: .ended(.failure(error))
                case .cancelled?, nil: .ended(.cancelled)
                }
            return next.leavePending(for: phase) ?? []
        }
    }

    /// Returns a future for the value transformed by an asynchronous `body`: `future.then { try await save($0) }`.
    ///
    /// Like the other form, but `body` runs in a separate Swift task and may suspend. Cancelling the new future while
    /// `body` runs cancels that Swift task.
    public func then<Other: Sendable>(
        _ body: @escaping @Sendable (Value) async throws -> Other
    ) -> Future<Other> {
        next { next in
            let value: Value
            switch outcome() {
            case .success(let found)?: value = found
            case .failure(let error)?: return next.leavePending(for: .ended(.failure(error))) ?? []
            case .cancelled?, nil: return next.leavePending(for: .ended(.cancelled)) ?? []
            }
            let task = Task.detached {
                let outcome: TaskOutcome<Other>
                do { outcome = .success(try await body(value)) } catch { outcome = .failure(error) }
                next.end(outcome)
            }
            next.setMaker(
                .function { force in
                    guard force else { return false }
                    task.cancel()
                    return true
                })
            return []
        }
    }

    /// A future that `step` ends when this one has ended, and that passes cancellations on to this one until then.
    private func next<Other>(
        _ step: @escaping @Sendable (DeferredFuture<Other>) -> [Follower]
    ) -> Future<Other> {
        let next = DeferredFuture<Other>(in: timeline)
        next.setMaker(.task(source))
        Follower.call(add(Follower(step: { step(next) })))
        return Future<Other>(next)
    }
}

extension TaskOutcome {
    /// The outcome of `body` with the value; failures and cancellations stay what they are.
    fileprivate func map<Other>(_ body: (Value) throws -> Other) -> TaskOutcome<Other> {
        switch self {
        case .success(let value):
            do { return .success(try body(value)) } catch { return .failure(error) }
        case .failure(let error): return .failure(error)
        case .cancelled: return .cancelled
        }
    }
}
