// The one file that calls the C library.

import MultitaskingPlatform

import MultitaskingSystem
import Synchronization

/// The machine, as far as the kit asks about it.
enum System {
    static func sleep(milliseconds: Int) { usleep(UInt32(clamping: milliseconds * 1000)) }

    static var processID: Int32 { getpid() }

    private static let files = SystemFiles()

    /// The names in a directory; empty if it cannot be read.
    static func entries(of path: String) -> [String] { files.entries(path) }

    /// The text of a file; empty if it cannot be read.
    static func contents(of path: String) -> String { files.text(path) ?? "" }

    /// The target of a symbolic link; empty if it isn't one.
    static func target(of path: String) -> String { files.target(path) }
}

/// A thread of the kit.
final class KitThread: Sendable {
    private let end = Flag()
    private let thread: Mutex<SystemThread?>

    /// Starts a thread that runs `body`.
    init(_ body: @escaping @Sendable () -> Void) {
        let end = end
        do {
            thread = Mutex(
                try SystemThread(name: "conformance") {
                    // What the backend starts from here must not look like a thread of Dispatch, which blocks all
                    // signals.
                    var none = sigset_t()
                    // SAFETY: the calls write and read one signal set.
                    unsafe sigemptyset(&none)
                    unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
                    body()
                    end.set()
                })
        } catch {
            preconditionFailure("the system refuses a thread to the conformance kit: \(error)")
        }
    }

    /// Waits until the thread has ended; false if it has not within the limit, and is left to itself.
    func join(within limit: Duration) -> Bool {
        guard end.wait(within: limit) else {
            detach()
            return false
        }
        thread.withLock { $0.take() }?.join()
        return true
    }

    /// Lets the thread end by itself.
    func detach() { thread.withLock { $0.take() }?.detach() }
}
