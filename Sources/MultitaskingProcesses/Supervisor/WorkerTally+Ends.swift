import MultitaskingCore

// What the supervisor writes while there is no worker that would.

extension WorkerTally {
    /// A worker is about to be forked.
    func begin(forkedAt now: Int64) {
        forked.storeRelaxed(UInt64(clamping: now))
        readySince.storeRelaxed(0)
        taskStart.storeRelaxed(0)
    }

    /// The worker has ended: what it had in hand took its time as well. Once more changes nothing.
    ///
    /// - Parameter task: what it had in hand; nil if that is not known anymore.
    func end(at now: Int64, _ task: SlowTaskRecord.Task? = nil) {
        let start = Int64(clamping: taskStart.loadRelaxed())
        if start != 0 {
            taskStart.storeRelaxed(0)
            let time = now - max(start, Int64(clamping: runStart.loadRelaxed()))
            running.increase(by: UInt64(clamping: time))
            runTimes.add(time, count: 1)
            if let task { note(slow: task, runTime: UInt64(clamping: time)) }
        }
        let ready = Int64(clamping: readySince.loadRelaxed())
        if ready != 0 {
            readySince.storeRelaxed(0)
            served.increase(by: UInt64(clamping: now - ready))
        }
    }
}
