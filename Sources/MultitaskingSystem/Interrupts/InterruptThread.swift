internal import MultitaskingCore
internal import MultitaskingPlatform

/// Ends a pool step by step when this process is interrupted: a thread of its own waits for that.
package final class InterruptThread: InterruptHandling {
    /// What to do at an interrupt, and how long to wait afterwards for the handling to end.
    package struct Step: Sendable {
        let action: @Sendable () -> Void
        let patience: Duration

        package init(patience: Duration, _ action: @escaping @Sendable () -> Void) {
            self.action = action
            self.patience = patience
        }
    }

    /// What makes the thread end; the handler writes more.
    private static let stop: UInt64 = 1

    private let pipe: Pipe
    private let watch: InterruptWatch

    /// Starts the thread.
    ///
    /// - Parameter steps: what to do one after the other; none may block. After the last one's patience the program
    ///   ends, as without any handling.
    /// - Throws: `systemError` if the system refuses the thread or a descriptor.
    package init(_ steps: [Step]) throws {
        let pipe: Pipe
        do { pipe = try Pipe() } catch { throw error.error("wait for SIGINT") }
        self.pipe = pipe
        watch = try InterruptWatch(pipe.input)
        do {
            try SystemThread(name: "") {
                guard pipe.wait(nil) == InterruptWatch.message else { return }
                for step in steps {
                    step.action()
                    if pipe.wait(step.patience) != nil { return }
                }
                interruptProcess()
            }.detach()
        } catch {
            _ = watch.end()
            throw error.error("start the thread that waits for SIGINT")
        }
    }

    package func end() -> Bool {
        let wasInterrupted = watch.end()
        pipe.write(Self.stop)
        return wasInterrupted
    }
}

/// A pipe for whole messages of eight bytes.
private final class Pipe: Sendable {
    private let output: Int32
    let input: Int32

    init() throws(Refusal) {
        var ends: (Int32, Int32) = (-1, -1)
        // SAFETY: the tuple has room for the two descriptors that the call writes.
        let status = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe bytes.withMemoryRebound(to: Int32.self) { unsafe pipe($0.baseAddress) }
        }
        guard status == 0 else { throw Refusal(.openPipe, errno) }
        (output, input) = ends
        for end in [output, input] {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(output)
        close(input)
    }

    func write(_ message: UInt64) {
        var message = message
        // SAFETY: the call reads the eight bytes of a local variable.
        _ = unsafe systemWrite(input, &message, 8)
    }

    /// Blocks until there is a message; nil if the limit passed first.
    func wait(_ limit: Duration?) -> UInt64? {
        let end = limit.map { ContinuousClock.now.advanced(by: $0.clampedForWaiting) }
        while true {
            var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let left = end.map { max(.zero, $0 - .now).pollMilliseconds } ?? -1
            // SAFETY: both calls write to local variables, which outlive them.
            let count = unsafe poll(&descriptor, 1, left)
            // A sandbox may have lowered the number of descriptors that this process may have, to 0 even, which `poll`
            // refuses. Then this looks now and then.
            if count < 0, errno == EINVAL { usleep(10_000) }
            var message: UInt64 = 0
            if count != 0, unsafe read(output, &message, 8) == 8 { return message }
            if count == 0 || left == 0 { return nil }
        }
    }
}
