internal import CMultitaskingLinux
internal import Glibc
internal import MultitaskingProcesses
internal import MultitaskingSystem
internal import MultitaskingThreads

/// Ends a thread pool when this process is interrupted: a thread of its own waits for that.
final class ThreadInterrupts: InterruptHandling {
    /// What makes the thread end; interrupts add more, and nobody else writes.
    private static let stop: UInt64 = 1

    private let event: Int32
    private let watch: InterruptWatch

    init(_ pool: ThreadPool, within time: Duration) throws {
        event = mt_eventfd()
        guard event >= 0 else {
            throw Refusal(.openEventfd, -event).error("wait for SIGINT")
        }
        do { watch = try InterruptWatch(event) } catch {
            close(event)
            throw error
        }
        let event = event
        let status = startDetachedThread {
            if Self.wait(event, -1) == .interrupted {
                pool.beginShutdown()
                if Self.wait(event, time.milliseconds) == .timedOut { mt_interrupt_self() }
            }
            close(event)
        }
        guard status == 0 else {
            _ = watch.end()
            close(event)
            throw Refusal(.createThread, status).error("start the thread that waits for SIGINT")
        }
    }

    func end() -> Bool {
        let wasInterrupted = watch.end()
        var value = Self.stop
        // The thread closes the descriptor when it has read this.
        _ = unsafe write(event, &value, 8)
        return wasInterrupted
    }

    private enum News {
        case interrupted
        case stopped
        case timedOut
    }

    private static func wait(_ event: Int32, _ milliseconds: Int32) -> News {
        let end = milliseconds < 0 ? nil : ContinuousClock.now + .milliseconds(milliseconds)
        while true {
            var descriptor = pollfd(fd: event, events: Int16(POLLIN), revents: 0)
            let left = end.map { max(0, ($0 - .now).milliseconds) } ?? -1
            let count = unsafe poll(&descriptor, 1, left)
            var value: UInt64 = 0
            if count > 0, unsafe read(event, &value, 8) == 8 {
                return value & 0xffff_ffff == 0 ? .interrupted : .stopped
            }
            if count == 0 { return .timedOut }
        }
    }
}

extension Duration {
    /// The milliseconds, rounded up, as far as they fit.
    fileprivate var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : Int32(clamping: product + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
