internal import MultitaskingPlatform

/// A running POSIX thread, to be joined or detached once.
package struct SystemThread: ~Copyable, @unchecked Sendable {
    /// How many bytes of a thread's name Linux keeps.
    package static var longestName: Int { 15 }

    // SAFETY: a pthread_t may be used from any thread until it is joined or detached, which consumes this value.
    private let handle: pthread_t

    /// Starts a thread that runs `body`.
    ///
    /// - Parameters:
    ///   - name: shown by debuggers and `top`; cut to 15 bytes, which is all that Linux keeps.
    ///   - onEarlyEnd: called on the thread when it ends before `body` returns, because something called
    ///     `pthread_exit`.
    /// - Throws: ``Refusal``, with what the system says.
    package init(
        name: String, onEarlyEnd: (@Sendable () -> Void)? = nil, _ body: @escaping @Sendable () -> Void
    ) throws(Refusal) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, onEarlyEnd: onEarlyEnd, body: body))
        var attributes = pthread_attr_t()
        // SAFETY: the attributes live from init to destroy. The thread takes over the reference to `start`; if there is
        // no thread, it is released here.
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        #if canImport(Darwin)
            var made: pthread_t?
        #else
            var made = pthread_t()
        #endif
        // Only address space: pages of the stack appear when they are touched.
        var stackSize = StackSize.likeMainThread
        unsafe pthread_attr_setstacksize(&attributes, stackSize)
        var status = unsafe pthread_create(&made, &attributes, { unsafe Start.run($0) }, start.toOpaque())
        while status == EAGAIN, stackSize / 2 >= StackSize.least {
            stackSize /= 2
            // Not the last memory there is: without any, what is allocated next would end the program.
            guard StackSize.isThereMore(than: stackSize) else { continue }
            unsafe pthread_attr_setstacksize(&attributes, stackSize)
            status = unsafe pthread_create(&made, &attributes, { unsafe Start.run($0) }, start.toOpaque())
        }
        guard status == 0 else {
            unsafe start.release()
            throw Refusal(.createThread, status)
        }
        #if canImport(Darwin)
            guard let made = unsafe made else { throw Refusal(.createThread, EAGAIN) }
            unsafe handle = made
        #else
            handle = made
        #endif
    }

    /// Blocks until the thread has ended. On the thread itself, lets it end by itself.
    package consuming func join() {
        // The system refuses that, and would keep the thread's stack for somebody who joins it.
        if pthread_join(handle, nil) == EDEADLK { pthread_detach(handle) }
    }

    /// Lets the thread end by itself.
    package consuming func detach() { _ = pthread_detach(handle) }

    /// Names the calling thread.
    fileprivate static func nameCurrent(_ name: String) {
        guard !name.isEmpty else { return }
        var name = name
        while name.utf8.count > longestName { name.removeLast() }
        #if canImport(Darwin)
            unsafe pthread_setname_np(name)
        #elseif os(Linux) || os(Android)
            // The C library's headers hide pthread_setname_np from Swift; this file is what it writes, too.
            let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            // A thread without a name works as well as one with a name, so an error is nothing to act on.
            _ = unsafe write(file, name, name.utf8.count)
            close(file)
        #endif
    }
}

/// What a new thread is to do.
private final class Start: Sendable {
    let name: String
    let onEarlyEnd: (@Sendable () -> Void)?
    let body: @Sendable () -> Void

    init(name: String, onEarlyEnd: (@Sendable () -> Void)?, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.onEarlyEnd = onEarlyEnd
        self.body = body
    }

    static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument = unsafe argument else { return nil }
        // SAFETY: the argument is the reference that `SystemThread.init` passed on; it is taken over once.
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        SystemThread.nameCurrent(start.name)
        if let onEarlyEnd = start.onEarlyEnd {
            EarlyThreadEnd.watching(onEarlyEnd, start.body)
        } else {
            start.body()
        }
        return nil
    }
}
