import Glibc
import MultitaskingTestSupport

/// Runs bodies on threads of their own, and one on this, and waits for all of them.
func onThreads(_ bodies: [@Sendable () -> Void], _ own: () -> Void) {
    let threads = bodies.map(startOrRun)
    own()
    for thread in threads { if let thread { pthread_join(thread, nil) } }
}

/// Runs a body on a thread that nobody waits for.
func onDetachedThread(_ body: @escaping @Sendable () -> Void) {
    if let thread = startOrRun(body) { pthread_detach(thread) }
}

/// Starts a thread; nil if there is none to be had, after the body was run here.
private func startOrRun(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    let thread = makeThread(body)
    if thread == nil { body() }
    return thread
}
