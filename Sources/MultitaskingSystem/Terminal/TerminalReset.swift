internal import Synchronization
internal import MultitaskingPlatform

/// Sees to it that a program leaves a terminal that scrolls as before, even when a signal or `exit` ends or stops it.
///
/// There is one user at a time: two bars in the same lines would be none.
///
/// ORDERING: sequentially consistent throughout; a few accesses each tenth of a second.
enum TerminalReset {
    /// The terminal that is in use; -1 if none is. Read by signal handlers.
    private static let descriptor = Atomic<Int32>(-1)
    /// The process that uses it: one that is forked from it inherits the handlers, and has nothing to reset.
    private static let owner = Atomic<Int32>(0)
    /// Whether a handler has taken the lines away, and the program goes on.
    private static let wasReset = Atomic<Bool>(false)

    private struct State {
        /// The signals that are handled here now.
        var handled: [Int32] = []
        var isRegistered = false
    }

    /// What the signals did before, by their numbers.
    ///
    /// SAFETY: never freed; written by `claim` before the handler of a signal is there, and read by that handler.
    nonisolated(unsafe) private static let before: UnsafeMutablePointer<sigaction> = {
        let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
        unsafe actions.initialize(repeating: sigaction(), count: 65)
        return unsafe actions
    }()

    /// Held while the terminal is written to, so that `exit` has the last word.
    private static let state = Mutex(State())

    /// What ends or stops a program by default. A handler of these is the program's own business, and stays.
    private static let usual = [
        SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ,
    ]
    /// What a crash is. Their handlers, such as that which prints a backtrace, are called after the one here.
    private static let crashes = [SIGQUIT, SIGABRT, SIGTRAP, SIGILL, SIGSEGV, SIGBUS, SIGFPE]

    /// Begins the use of a terminal; false if there is one in use.
    static func claim(_ terminal: Int32) -> Bool {
        guard
            descriptor.compareExchange(expected: -1, desired: terminal, ordering: .sequentiallyConsistent).exchanged
        else { return false }
        owner.store(getpid(), ordering: .sequentiallyConsistent)
        wasReset.store(false, ordering: .sequentiallyConsistent)
        state.withLock { state in
            state.handled = (usual + crashes).filter(install)
            if !exchange(&state.isRegistered, with: true) { atexit { TerminalReset.release(writing: Terminal.erase) } }
        }
        return true
    }

    /// Ends the use of the terminal with some last text; does nothing if it has ended.
    static func release(writing text: String) {
        state.withLock { state in
            guard isOwner else { return }
            // A handler that somebody else has installed meanwhile stays.
            for number in state.handled where isOurs(number) { restore(number) }
            state.handled = []
            writeWhole(text, to: descriptor.load(ordering: .sequentiallyConsistent))
            descriptor.store(-1, ordering: .sequentiallyConsistent)
        }
    }

    /// Writes to the terminal while it is in use.
    static func write(_ text: String) {
        state.withLock { _ in
            if isOwner { writeWhole(text, to: descriptor.load(ordering: .sequentiallyConsistent)) }
        }
    }

    /// Whether the lines were taken away since this was asked last.
    static func takeWasReset() -> Bool { wasReset.exchange(false, ordering: .sequentiallyConsistent) }

    private static var isOwner: Bool {
        descriptor.load(ordering: .sequentiallyConsistent) >= 0
            && owner.load(ordering: .sequentiallyConsistent) == getpid()
    }

    /// Makes what a handler reads, for one that is installed whether or not a terminal is in use.
    static func prepare() {
        _ = isOwner
        _ = wasReset.load(ordering: .sequentiallyConsistent)
    }

    /// Handles a signal until `restore`; false if it is left alone.
    private static func install(_ number: Int32) -> Bool {
        var action = sigaction()
        // SAFETY: the system reads and fills local variables and the place of this signal.
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        let current = action.handlerAddress
        let isIgnored = unsafe current == unsafeBitCast(SIG_IGN, to: Int.self)
        guard !isIgnored, current == 0 || crashes.contains(number) else { return false }
        unsafe before[Int(number)] = action
        var ours = sigaction()
        ours.setHandler(number == SIGTSTP ? resetAndStop : resetAndEnd)
        unsafe sigemptyset(&ours.sa_mask)
        // A stack that has overflown has no room for a handler.
        ours.sa_flags = numericCast(SA_RESTART | SA_ONSTACK)
        return unsafe sigaction(number, &ours, nil) == 0
    }

    private static func isOurs(_ number: Int32) -> Bool {
        var action = sigaction()
        // SAFETY: the system fills the local variable.
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        let handler = number == SIGTSTP ? resetAndStop : resetAndEnd
        return unsafe action.handlerAddress == unsafeBitCast(handler, to: Int.self)
    }

    /// Restores the previous action of a signal.
    ///
    /// SAFETY: as ``resetInHandler()``.
    private static func restore(_ number: Int32) { unsafe sigaction(number, before + Int(number), nil) }

    /// Takes the lines away; may be called in a signal handler.
    ///
    /// SAFETY: async-signal-safe. Atomics take no lock, a literal's bytes are there as long as the program, and `write`
    /// and `getpid` are on POSIX's list. Nothing here is made when it is first used, since `claim` or `prepare` has
    /// used all of it.
    static func resetInHandler() {
        guard isOwner else { return }
        // As `Terminal.erase`, and a line of its own for what comes next.
        let text: StaticString = "\u{1B}7\u{1B}[r\u{1B}8\u{1B}[J\n"
        let terminal = descriptor.load(ordering: .sequentiallyConsistent)
        _ = unsafe systemWrite(terminal, text.utf8Start, text.utf8CodeUnitCount)
        wasReset.store(true, ordering: .sequentiallyConsistent)
    }

    /// Lets the signal do what it did before.
    private static let resetAndEnd: @convention(c) (Int32) -> Void = { number in
        TerminalReset.resetInHandler()
        // Nothing is shown while a backtrace is printed.
        TerminalReset.descriptor.store(-1, ordering: .sequentiallyConsistent)
        TerminalReset.restore(number)
        // Stays blocked until the handler returns.
        raise(number)
    }

    /// Stops the program as the signal does by default, and is ready for the next one when it goes on.
    private static let resetAndStop: @convention(c) (Int32) -> Void = { number in
        let saved = errno
        TerminalReset.resetInHandler()
        _ = signal(number, SIG_DFL)
        raise(number)
        var mask = sigset_t()
        // SAFETY: the system reads and writes the local variable; all of these may be called in a handler.
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, number)
        // Here it stops.
        unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
        _ = signal(number, TerminalReset.resetAndStop)
        errno = saved
    }
}
