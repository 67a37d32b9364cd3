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
    let channels = KnownObjects<RemoteChannel>()
    let signals = KnownObjects<RemoteSignal>()
    /// Set while the task that runs is asked to end.
    let endRequest = SignalCell(isSet: false)

    private let tasks = Mailbox<Frame>()
    private let run = Mutex(Run())

    private struct Run {
        /// The one that is under way, or was last.
        var current: UInt64 = 0
        /// One that is to end, perhaps before it has begun.
        var toEnd: UInt64 = 0
        /// How many tasks have arrived and not ended.
        var tasksAhead = 0
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
        guard failure == nil, run.withLock({ $0.tasksAhead == 0 }) else { _exit(failure == nil ? 0 : 1) }
        // The task thread leaves, after the finalizer.
        tasks.put(Frame(kind: .endPool, id: 0, head: []))
        while true { pause() }
    }

    private func take(_ frame: Frame) throws(FrameError) {
        switch frame.kind {
        case .task:
            run.withLock { $0.tasksAhead += 1 }
            tasks.put(frame)
        case .setUp: tasks.put(frame)
        case .unshared: hub.shares.forget(frame.id)
        case .endTask:
            run.withLock { run in
                run.toEnd = frame.id
                if run.current == frame.id { endRequest.update(true) }
            }
        case .answer: try requests.deliver(frame)
        case .signals: try hub.takeSignals(frame)
        default: throw FrameError("\(frame.kind) is not for a worker")
        }
    }

    func say(_ text: String) {
        let line = text + "\n"
        _ = unsafe line.withCString { unsafe write(2, $0, strlen($0)) }
    }

    // MARK: Tasks, for the thread that runs them

    /// Takes the next frame for the task thread: a task, a call, or the word that the process is to leave. Nil if none
    /// comes within a limit.
    func nextFrame(within limit: WaitLimit) -> Frame? { tasks.take(within: limit) }

    /// A task begins.
    func begin(_ frame: Frame) {
        run.withLock { run in
            run.current = frame.id
            endRequest.update(run.toEnd == frame.id)
        }
    }

    /// Sends what came of a task.
    ///
    /// - Parameter memory: what large results are sent by: the wrapper has read one when it hands the next task over.
    func send(_ end: CallEnd, of task: Frame, _ result: PayloadWriter, by memory: inout TailMemory) {
        run.withLock { $0.tasksAhead -= 1 }
        link.send(.result, task.id, [end.rawValue], payload: result, by: &memory)
    }

    /// Sends what came of the finalizer.
    func sendFinalized(_ end: CallEnd, _ result: PayloadWriter) {
        link.send(.note, 0, [FrameKind.finalized.rawValue, end.rawValue], payload: result)
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
    for body in [{ process.serveLink() }, { runTasks(of: process) }] as [@Sendable () -> Void] {
        do { try SystemThread(name: "remote worker", body).detach() } catch { return 1 }
    }
    mt_find_main_queue()
    mt_expect_main_queue()
    serveMainQueue()
}

private func runTasks(of process: WorkerProcess) -> Never {
    mt_end_with_this_thread()
    var loop = WorkerLoop(process)
    loop.run()
}

private func serveMainQueue() -> Never {
    // It counts as active, so that nobody has to find out whether Dispatch is used.
    let activity = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    // SAFETY: the word is never freed.
    unsafe activity.initialize(to: 1)
    unsafe mt_serve_main_queue(activity)
}
