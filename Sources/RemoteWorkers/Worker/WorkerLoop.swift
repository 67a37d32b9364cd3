internal import CMultitaskingLinux
internal import Glibc
internal import MultitaskingCore
internal import MultitaskingSerialization
internal import MultitaskingSystem

/// What a child's task thread does: one task after the other, the calls that come before them, and the finalizer.
struct WorkerLoop {
    private let process: WorkerProcess
    private let writer: PayloadWriter
    /// For what the calls before a task return, which nobody asks for.
    private let scratch: PayloadWriter
    private var memory = TailMemory()
    private var runners: [PortableCall: any CallRunner] = [:]
    private var setUp = SetUpCalls()
    private var clock = PhaseClock()
    private var tasksBegun: UInt64 = 0
    private var lastOrder: RunOrder?
    /// Why no task runs here: what the initializer has thrown.
    private var initializerFailure: MultitaskingError?

    init(_ process: WorkerProcess) {
        self.process = process
        writer = PayloadWriter(home: process.hub.shares)
        scratch = PayloadWriter(home: process.hub.shares)
    }

    /// Does what arrives, for as long as the process lives.
    mutating func run() -> Never {
        while true {
            let frame = nextFrame()
            switch frame.kind {
            case .setUp: takeSetUp(frame)
            case .task: perform(frame)
            default: leave()
            }
        }
    }

    /// Waits for the next frame, and gives back meanwhile what was kept for large results.
    private mutating func nextFrame() -> Frame {
        while true {
            memory.releaseUnused()
            let limit = memory.isKept ? WaitLimit.upTo(.nanoseconds(TailMemory.patience)) : .forever
            if let frame = process.nextFrame(within: limit) { return frame }
        }
    }

    private mutating func takeSetUp(_ frame: Frame) {
        do { try setUp.take(frame) } catch { process.say("a call for all workers is damaged: \(error)") }
        process.hub.shares.identity = setUp.identity
    }

    // MARK: Tasks

    private mutating func perform(_ frame: Frame) {
        process.begin(frame)
        clock.reset()
        let end = call(frame)
        mt_flush_output()
        clock.enter(.idle, at: monotonicNanoseconds())
        process.page.note(clock.times)
        process.send(end, of: frame, writer, by: &memory)
        writer.reset()
        process.page.enter(.idle)
    }

    private mutating func call(_ frame: Frame) -> CallEnd {
        do {
            var reader = frame.reader
            let order = try RunOrder(&reader)
            lastOrder = order
            let environment = RemoteEnvironment(order, process)
            makeCalls(before: order.setUp, environment)
            tasksBegun += 1
            process.page.note(tasksBegun: tasksBegun)
            if let initializerFailure { return writer.write(failure: initializerFailure) }
            return try call(try frame.tail(&reader), in: environment, into: writer)
        } catch { return writer.write(failure: .undecodable(error)) }
    }

    private mutating func call(
        _ call: FrameTail, in environment: RemoteEnvironment, into writer: PayloadWriter,
        as phase: WorkerFailure.Phase? = nil
    ) throws -> CallEnd {
        enter(phase ?? .decoding)
        return try unsafe call.withBytes { bytes in
            let (target, count) = try unsafe PortableCall.read(bytes)
            let runner = try runners[target] ?? target.runner()
            // As many as a program has functions that are sent, unless somebody makes them up.
            if runners.count > 10_000 { runners = [:] }
            runners[target] = runner
            // SAFETY: the bytes are those of the frame, which outlives the call.
            let arguments = unsafe UnsafeRawBufferPointer(rebasing: bytes[count...])
            return unsafe runner.run(arguments, in: environment, into: writer) { next in
                // What the task printed comes before its result.
                if next == .encoding { mt_flush_output() }
                enter(phase ?? next)
            }
        }
    }

    private mutating func enter(_ phase: WorkerFailure.Phase) {
        clock.enter(phase, at: monotonicNanoseconds())
        process.page.enter(phase)
    }

    // MARK: What is no task

    /// Makes the calls that come before a task. What they return is dropped, and what they throw, but for the
    /// initializer's error.
    private mutating func makeCalls(before task: RunOrder.SetUpRole, _ environment: RemoteEnvironment) {
        for each in setUp.takeDue(before: task) where initializerFailure == nil {
            let error: (any Error)?
            do {
                let end = try call(each.call, in: environment, into: scratch, as: .initializing)
                error = end == .value ? nil : try scratch.error()
            } catch let failure { error = failure }
            scratch.reset()
            guard let error, each.role == .initializer else { continue }
            initializerFailure = MultitaskingError(
                .initializerFailed,
                "the pool's initializer threw in the process \(getpid()), whose tasks therefore do not run: \(error)",
                cause: error)
        }
    }

    /// Ends the process, after the finalizer if there is one and a task has run.
    private mutating func leave() -> Never {
        if let finalizer = setUp.finalizer, let lastOrder, initializerFailure == nil {
            let environment = RemoteEnvironment(lastOrder, process)
            let end: CallEnd
            do { end = try call(finalizer, in: environment, into: writer, as: .initializing) } catch {
                writer.reset()
                end = writer.write(failure: .undecodable(error))
            }
            mt_flush_output()
            process.sendFinalized(end, writer)
        }
        _exit(0)
    }
}

extension PayloadWriter {
    /// The error that was written.
    fileprivate func error() throws -> any Error {
        try unsafe bytes().withUnsafeBytes { bytes in
            // SAFETY: the reader is gone before the bytes are.
            var reader = unsafe PayloadReader(bytes)
            return try reader.decodeError()
        }
    }
}
