internal import Synchronization
internal import MultitaskingPlatform

// The handler of SIGINT, and what it tells.

/// What the signal handler reads and writes: words that need no lock.
///
/// ORDERING: sequentially consistent, which costs nothing here. A target is read after the handler has counted itself,
/// and withdrawn before the handlers are counted, so either the handler sees that it was withdrawn or it is waited for.
final class InterruptState: Sendable {
    static let shared = InterruptState()

    /// How many can be told of one signal.
    static let capacity = 64

    /// Descriptors plus 1; 0 for a free place.
    let targets = InlineArray<64, Atomic<Int32>> { _ in Atomic(0) }
    let wasTold = InlineArray<64, Atomic<Bool>> { _ in Atomic(false) }
    let runningHandlers = Atomic<Int>(0)
    /// How many signals came since the handler was installed.
    let signals = Atomic<Int>(0)

    func handle(_ signal: Int32) {
        runningHandlers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { runningHandlers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        if signals.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue > 0 {
            restoreDefault(signal)
            TerminalReset.resetInHandler()
            // Stays blocked until the handler returns, and then ends the program.
            raise(signal)
            return
        }
        for place in 0..<Self.capacity {
            let descriptor = targets[place].load(ordering: .sequentiallyConsistent) - 1
            guard descriptor >= 0 else { continue }
            wasTold[place].store(true, ordering: .sequentiallyConsistent)
            var message = InterruptWatch.message
            // SAFETY: write reads the eight bytes of a local variable.
            _ = unsafe write(descriptor, &message, 8)
        }
    }
}

/// The installed handler. It runs between any two instructions of the program.
///
/// SAFETY: async-signal-safe. ``InterruptState/shared`` was made before the handler was installed, so reading it takes
/// no lock; counting a reference and the other atomics take none either; `write`, `signal` and `raise` are on POSIX's
/// list, and nothing is allocated.
private func interrupted(_ signal: Int32) {
    let saved = errno
    InterruptState.shared.handle(signal)
    errno = saved
}

private func restoreDefault(_ number: Int32) { _ = signal(number, SIG_DFL) }

/// Sends SIGINT to this process as if it had no handler.
package func interruptProcess() {
    restoreDefault(SIGINT)
    TerminalReset.resetInHandler()
    kill(getpid(), SIGINT)
}

/// What SIGINT did before it was handled, to be restored.
@safe struct InterruptHandler: @unchecked Sendable {
    // SAFETY: a sigaction is plain data; the pointers in it are those of functions.
    private let before: sigaction
    private let isInstalled: Bool

    /// Installs the handler, unless SIGINT is ignored, as for a job in the background of a shell.
    static func install() -> Self {
        _ = InterruptState.shared
        TerminalReset.prepare()
        var before = sigaction()
        // SAFETY: both structures are local variables, which outlive the calls.
        unsafe sigaction(SIGINT, nil, &before)
        let isIgnored = unsafe before.handlerAddress == unsafeBitCast(SIG_IGN, to: Int.self)
        if !isIgnored {
            var action = sigaction()
            action.setHandler(interrupted)
            unsafe sigemptyset(&action.sa_mask)
            action.sa_flags = numericCast(SA_RESTART)
            unsafe sigaction(SIGINT, &action, nil)
        }
        return Self(before: before, isInstalled: !isIgnored)
    }

    /// Restores what was there before, unless somebody else has installed a handler since.
    func remove() {
        guard isInstalled else { return }
        var now = sigaction()
        // SAFETY: as above.
        unsafe sigaction(SIGINT, nil, &now)
        var ours = sigaction()
        ours.setHandler(interrupted)
        guard now.handlerAddress == ours.handlerAddress else { return }
        var before = before
        unsafe sigaction(SIGINT, &before, nil)
    }
}
