import Glibc

/// How long `body` keeps a processor busy. By the clock, it takes ten times as long on a machine that is busy.
package func processorTime(of body: () throws -> Void) rethrows -> Duration {
    let start = processorTime()
    try body()
    return processorTime() - start
}

/// How long this thread has kept a processor busy.
package func processorTime() -> Duration { processorTime(CLOCK_THREAD_CPUTIME_ID) }

/// How long all threads of this process together have kept processors busy.
package func processorTimeOfProcess() -> Duration { processorTime(CLOCK_PROCESS_CPUTIME_ID) }

private func processorTime(_ clock: clockid_t) -> Duration {
    var time = timespec()
    // SAFETY: the pointer is valid during the call.
    unsafe clock_gettime(clock, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
