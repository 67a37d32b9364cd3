import Glibc

/// A detached thread for one short job that must not block the caller.
enum BackgroundThread {
    private final class Job: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a thread of its own; in place if the system has no thread to give.
    static func run(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let job = unsafe Unmanaged.passRetained(Job(body))
        // SAFETY: the thread takes over the reference that was retained for it.
        let result = unsafe pthread_create(
            &thread, nil,
            { job in
                guard let job = unsafe job else { return nil }
                unsafe Unmanaged<Job>.fromOpaque(job).takeRetainedValue().body()
                return nil
            }, unsafe job.toOpaque())
        if result == 0 {
            pthread_detach(thread)
        } else {
            unsafe job.release()
            body()
        }
    }
}
