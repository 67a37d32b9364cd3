import Glibc
import Multitasking
import MultitaskingProcesses
import Reporting

/// W7: from nothing to the first result of two workers, back to nothing, and what a worker has for itself.
func startAndStop() throws {
    for method in [StartMethod.fork, .spawn] {
        var stops: [Double] = []
        var memory = 0
        let start = try median(of: 10) {
            let start = microseconds()
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method)
            try pool.submit(nothing).value()
            let ready = microseconds()
            memory = pool.workerProcessIDs.map(privateMemory).max() ?? 0
            stops.append(microseconds { pool.shutdown(.drain) })
            return ready - start
        }
        report("w7.start.\(method)", start / 1e3, "ms")
        if method == .fork {
            report("w7.stop", stops.sorted()[stops.count / 2] / 1e3, "ms")
            report("w7.memory", Double(memory) / 1_048_576, "MiB")
        }
    }
}

@Sendable func sleepForEver() { while true { sleep(100) } }

/// W9: from SIGKILL of a worker to the error of its task.
func reportOfCrash() throws {
    try withPool(1) { pool in
        let time = try median(of: 20) {
            let task = try pool.submit(sleepForEver)
            while !task.isRunning { usleep(500) }
            usleep(2000)
            guard let worker = pool.workerProcessIDs.first else { return .nan }
            let start = microseconds()
            kill(worker, SIGKILL)
            _ = task.waitUntilDone(.forever)
            let time = microseconds() - start
            do { try task.value() } catch let error as MultitaskingError where error.code == .workerCrashed {
                return time
            }
            return .nan
        }
        report("w9", time, "us")
    }
}

/// A task that runs in a copy of a process with 500 MB that were written to.
func copyOnWrite() throws {
    let big = [UInt8](repeating: 1, count: 500 << 20)
    try withPool(2, captures: .copiesOnly) { pool in
        let time = try median(of: 10) {
            try microseconds {
                let first = try pool.submit { Int(big[4096]) }
                _ = try first.value()
            }
        }
        report("cow", time / 1e3, "ms")
    }
}

/// How much of a core a pool takes that has had nothing to do for a second.
func idleCost() throws {
    try withPool(2) { pool in
        let processes = [pool.supervisorProcessID] + pool.workerProcessIDs
        func others() -> Int { processes.reduce(0) { $0 + processorTime(of: $1) } }
        sleep(1)
        // By its own clock for this process: looking at the others' takes it far longer than the pool's idling.
        let (before, ownBefore, start) = (others(), ownProcessorTime(), microseconds())
        sleep(5)
        let (own, time) = (ownProcessorTime() - ownBefore, microseconds() - start)
        report("idle", Double(own + others() - before) / time / 10, "%")
    }
}
