internal import MultitaskingPlatform

/// Notices that a thread ends before its function has returned, as `pthread_exit` and Foundation's `Thread.exit` make
/// it: what is on its stack is gone then, without any of its `defer` blocks having run.
enum EarlyThreadEnd {
    /// Runs `body`, and `handler` on the same thread if that ends in the middle. Must not be nested.
    static func watching(_ handler: @escaping @Sendable () -> Void, _ body: () -> Void) {
        guard let key else { return body() }
        let reference = unsafe Unmanaged.passRetained(Handler(run: handler))
        // SAFETY: the reference is taken over once: by the system's call at the thread's end, or below, after which the
        // system has nothing to call.
        let isSet = unsafe pthread_setspecific(key, reference.toOpaque()) == 0
        body()
        if isSet { pthread_setspecific(key, nil) }
        unsafe reference.release()
    }

    /// Under which a thread keeps its handler, which the system calls when the thread ends; nil if there are too many
    /// keys in this process.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        // SAFETY: what is kept under the key is a reference to a handler, and nobody else's.
        return unsafe pthread_key_create(&key, { unsafe EarlyThreadEnd.threadEnds($0) }) == 0 ? key : nil
    }()

    private static func threadEnds(_ argument: UnsafeMutableRawPointer?) {
        guard let argument = unsafe argument else { return }
        unsafe Unmanaged<Handler>.fromOpaque(argument).takeRetainedValue().run()
    }

    private final class Handler: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
