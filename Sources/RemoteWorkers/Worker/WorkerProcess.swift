internal import CMultitaskingLinux
internal import CRemoteWorkers
internal import Glibc
internal import MultitaskingCore
internal import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// A child: this program in worker mode, which runs one task after the other.
///
/// Three threads: the first serves the main queue and the main actor, as in any program; one reads the link; one runs
/// the tasks.
final class WorkerProcess: Sendable {
    private let link: FrameLink
    private let requests: RequestTable
    let hub: HubClient
    let page: WorkerPage
    let objects = KnownObjects()
    /// Set while the task that runs is asked to end.
    let endRequest = SignalCell(isSet: false)

    private let tasks = Mailbox<Frame>()
    private let run = Mutex(Run())

    private struct Run {
        /// The one that is under way, or was last.
        var current: UInt64 = 0
        /// One that is to end, perhaps before it has begun.
        var toEnd: UInt64 = 0
    }

    init(_ socket: Int32, _ page: WorkerPage) {
        link = FrameLink(socket)
        requests = RequestTable(link)
        hub = HubClient(requests, pool: 0)
        self.page = page
    }

    // MARK: The link

    /// Takes what the wrapper sends, until it ends the link; then the process ends.
    func serveLink() -> Never {
        let failure = link.receive { try take($0) }
        if let failure { say("the link to the wrapper is damaged: \(failure)") }
        // Not `exit`: a task may be under way.
        _exit(failure == nil ? 0 : 1)
    }

    private func take(_ frame: Frame) throws(FrameError) {
        switch frame.kind {
        case .task: tasks.put(frame)
        case .endTask:
            run.withLock { run in
                run.toEnd = frame.id
                if run.current == frame.id { endRequest.update(true) }
            }
        case .answer: try requests.deliver(frame)
        case .signals: try hub.takeSignals(frame)
        default: throw FrameError("\(frame.kind) is nothing for a worker")
        }
    }

    private func say(_ text: String) {
        let line = text + "\n"
        _ = unsafe line.withCString { unsafe write(2, $0, strlen($0)) }
    }

    // MARK: Tasks

    /// Runs tasks, for as long as the process lives.
    func runTasks() -> Never {
        var runners: [PortableCall: any CallRunner] = [:]
        let writer = PayloadWriter()
        var count: UInt64 = 0
        while true {
            let frame = tasks.take()
            count += 1
            page.note(tasksBegun: count)
            run.withLock { run in
                run.current = frame.id
                endRequest.update(run.toEnd == frame.id)
            }
            page.enter(.decoding)
            let end = perform(frame, &runners, into: writer)
            mt_flush_output()
            link.send(.result, frame.id, [end.rawValue], payload: writer)
            writer.reset()
            page.enter(.idle)
        }
    }

    private func perform(
        _ frame: Frame, _ runners: inout [PortableCall: any CallRunner], into writer: PayloadWriter
    ) -> CallEnd {
        do {
            var reader = frame.reader
            let environment = RemoteEnvironment(try RunOrder(&reader), self)
            return try unsafe frame.tail(&reader).withBytes { bytes in
                let (call, count) = try unsafe PortableCall.read(bytes)
                let runner = try runners[call] ?? call.runner()
                // As many as a program has functions that are sent, unless somebody makes them up.
                if runners.count > 10_000 { runners = [:] }
                runners[call] = runner
                // SAFETY: the bytes are those of the frame, which outlives the call.
                let arguments = unsafe UnsafeRawBufferPointer(rebasing: bytes[count...])
                return unsafe runner.run(arguments, in: environment, into: writer) { phase in
                    // What the task printed comes before its result.
                    if phase == .encoding { mt_flush_output() }
                    page.enter(phase)
                }
            }
        } catch { return writer.write(failure: .undecodable(error)) }
    }
}

/// Where a child begins, before `main`.
@c(mr_worker_main)
func workerMain(_ socket: Int32, _ page: Int32) -> Int32 { beginWorker(socket, page) }

// Not inlined: the optimizer of Swift 6.3 crashes on such bodies in functions that C calls.
@inline(never)
private func beginWorker(_ socket: Int32, _ descriptor: Int32) -> Int32 {
    guard let page = WorkerPage(descriptor) else { return 1 }
    let process = WorkerProcess(socket, page)
    for body in [{ process.serveLink() }, { process.runTasks() }] as [@Sendable () -> Void] {
        do { try SystemThread(name: "remote worker", body).detach() } catch { return 1 }
    }
    mt_find_main_queue()
    mt_expect_main_queue()
    serveMainQueue()
}

private func serveMainQueue() -> Never {
    // It counts as active, so that nobody has to find out whether Dispatch is used.
    let activity = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    // SAFETY: the word is never freed.
    unsafe activity.initialize(to: 1)
    unsafe mt_serve_main_queue(activity)
}
