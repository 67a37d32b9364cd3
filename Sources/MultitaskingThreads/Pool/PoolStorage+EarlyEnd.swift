internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

// Workers whose threads something ends before their time.

extension PoolStorage {
    /// What a worker does, and what becomes of it when its thread ends early.
    func life(of number: Int) -> Worker.Life {
        Worker.Life(
            begin: { self.work(number) },
            resume: { if self.settleEarlyEnd(of: number) { self.work(number, isReplacement: true) } },
            abandon: { refusal in if self.settleEarlyEnd(of: number) { self.abandon(number, refusal) } })
    }

    /// Fails what has ended the thread of a worker; whether there is more for the worker to do.
    private func settleEarlyEnd(of number: Int) -> Bool {
        let tally = tally(number)
        let (isThere, wasInCall) = roster.withLock { ($0.workers.contains(number), $0.endCall(of: number)) }
        if let task = tally.takeTaskInHand() {
            task.abandon(Self.earlyEnd(of: "task"), in: tally)
        } else if isThere, !wasInCall {
            failAll(Self.earlyEnd(of: "initializer"))
        } else if !isThere {
            finalized.withLock { $0.append(.failure(Self.earlyEnd(of: "finalizer"))) }
            removeWorker()
        }
        return isThere
    }

    /// Does without a worker for whom there is no thread. Without any, the pool is over.
    private func abandon(_ number: Int, _ refusal: Refusal) {
        let isLast = roster.withLock { roster in
            roster.cancel(number)
            return roster.workers.isEmpty
        }
        failOrphans(refusal)
        if isLast { close(cancellingQueued: true) }
        removeWorker()
    }

    /// Fails what workers were to do for calls for whom the system refuses a thread. The caller holds no lock: who is
    /// told may call the pool.
    func failOrphans(_ refusal: Refusal) {
        let error = MultitaskingError(
            .workerExited,
            "the worker that was to make this call has no thread, as the system refused to start one; do what the "
                + "cause says, then make the call again", cause: ThreadPool.refused(refusal))
        for task in roster.withLock({ $0.takeOrphans() }) { failOrphan(task, error) }
    }

    private static func earlyEnd(of culprit: String) -> MultitaskingError {
        MultitaskingError(
            .workerExited,
            "the \(culprit) ended the thread that ran it (pthread_exit, Thread.exit); it must return or throw, not end "
                + "the thread")
    }
}
