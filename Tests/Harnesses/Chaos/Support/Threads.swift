import Glibc

/// Runs bodies on threads of their own, and one on this, and waits for all of them.
func onThreads(_ bodies: [@Sendable () -> Void], _ own: () -> Void) {
    let threads = bodies.map(startThread)
    own()
    for thread in threads { if let thread { pthread_join(thread, nil) } }
}

/// Starts a thread; nil if there is none to be had, after the body was run here.
private func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(ThreadBody(body))
    // SAFETY: the thread takes over the reference that was retained for it.
    let result = unsafe pthread_create(
        &thread, nil,
        { box in
            guard let box = unsafe box else { return nil }
            unsafe Unmanaged<ThreadBody>.fromOpaque(box).takeRetainedValue().body()
            return nil
        }, unsafe box.toOpaque())
    if result == 0 { return thread }
    unsafe box.release()
    body()
    return nil
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Runs a body on a thread that nobody waits for.
func onDetachedThread(_ body: @escaping @Sendable () -> Void) {
    if let thread = startThread(body) { pthread_detach(thread) }
}
