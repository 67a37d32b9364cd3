internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// A connection to a driver, for one or several pools.
package final class DriverConnection: Sendable {
    /// How messages call what is there.
    package struct Names: Sendable {
        /// Of the driver: "Ray".
        var driver: String
        /// Of what it reaches: "the cluster at 10.0.0.1:6379".
        var place: String

        package init(driver: String, place: String) {
            self.driver = driver
            self.place = place
        }
    }

    /// What the driver has said when it was ready.
    package let greeting: JSON
    let link: FrameLink
    let requests: RequestTable
    /// Runs what must not hold up the thread that reads the link.
    let callbacks: CallbackThread
    private let names: Names
    private let driver: DriverProcess
    private let reader: JoinableThread
    private let state = Mutex(State())

    private struct State {
        var lastPool: UInt32 = 0
        var pools: [UInt32: WeakPool] = [:]
        var loss: MultitaskingError?
        var isClosed = false

        /// Throws unless pools can be made.
        func check() throws {
            // One that was closed has lost its driver, too.
            if isClosed { throw MultitaskingError(.shutDown, "the connection to the cluster was closed") }
            if let loss { throw loss }
        }
    }

    private struct WeakPool { weak let core: RemotePool? }

    /// Starts a driver, and blocks until it is ready.
    ///
    /// - Parameter hello: gives the members of what the driver is told first, for the directory that it works in.
    /// - Throws: `systemError`, `invalidArgument`; `clusterUnreachable` with the end of the driver's log.
    package init(
        _ program: DriverProgram, _ names: Names, startTimeout: Duration, hello: (String) -> [String: JSON]
    ) throws {
        self.names = names
        driver = try DriverProcess(program)
        link = driver.link
        requests = RequestTable(link)
        callbacks = try CallbackThread()
        let answer = FirstAnswer()
        let target = WeakTarget()
        reader = try JoinableThread(name: "cluster") { [link, driver] in
            let failure = link.receive { frame in
                if frame.kind == .ready { return answer.take(frame) }
                try target.connection?.take(frame)
            }
            answer.end()
            target.connection?.lose(failure, driver)
        }
        var members = hello(driver.directory)
        members["version"] = .number(Double(FrameKind.version))
        members["build"] = .string(RemotePool.programBuild)
        // The driver has the limits of this process.
        members["memory"] = .number(Double(UsableResources.current.ownMemory()))
        link.send(.hello, 0, JSON.object(members).bytes)
        do { greeting = try answer.wait(startTimeout, names) } catch {
            let log = driver.logTail
            // It may have become ready in this moment.
            link.send(.shutDown, 0)
            driver.end(within: .seconds(2))
            reader.join()
            callbacks.end()
            let words =
                log.isEmpty ? ", and \(program.python), which runs it, printed nothing" : "; it printed:\n\(log)"
            throw MultitaskingError(.clusterUnreachable, "\(error)\(words)")
        }
        target.set(self)
    }

    deinit { close() }

    // MARK: Pools

    /// Gives a pool its number; it is told what comes for it from then on.
    package func add(_ makeCore: (UInt32) -> RemotePool) throws -> RemotePool {
        let number = try state.withLock { state in
            try state.check()
            state.lastPool += 1
            return state.lastPool
        }
        let core = makeCore(number)
        try state.withLock { state in
            // One that is lost in between tells only the pools that it knows.
            try state.check()
            state.pools[number] = WeakPool(core: core)
        }
        return core
    }

    func remove(_ pool: UInt32) { state.withLock { $0.pools[pool] = nil } }

    private func pool(_ number: UInt64) -> RemotePool? {
        UInt32(exactly: number).flatMap { number in state.withLock { $0.pools[number]?.core } }
    }

    private var pools: [RemotePool] { state.withLock { $0.pools.values.compactMap(\.core) } }

    /// The pool that has handed over a run, of those there are.
    private func pool(ofRun run: UInt64) -> RemotePool? { pools.first { $0.has(run: run) } }

    // MARK: The link

    private func take(_ frame: Frame) throws {
        switch frame.kind {
        case .answer: try requests.deliver(frame)
        case .signals: try pool(frame.id)?.hub.takeSignals(frame)
        case .done: pool(ofRun: frame.id)?.end(frame)
        case .started: try pool(ofRun: frame.id)?.start(frame)
        case .poolReady: pool(frame.id)?.isReady(JSON(parsing: frame.head))
        case .poolEnded: pool(frame.id)?.hasEnded()
        case .poolLost: pool(frame.id)?.lose(Self.lossError(String(decoding: frame.head, as: UTF8.self), driver))
        case .finalized: try pool(frame.id)?.takeFinalized(frame)
        case .output: try pool(ofRun: frame.id)?.print(frame)
        case .report: try pool(ofRun: frame.id)?.takeReport(frame)
        case .statistics: break
        default: throw FrameError("\(frame.kind) is not for the host")
        }
    }

    /// The error of what a pool can't know anymore.
    func lossError(_ what: String) -> MultitaskingError { Self.lossError(what, driver) }

    private static func lossError(_ what: String, _ driver: DriverProcess) -> MultitaskingError {
        let log = driver.logTail
        return MultitaskingError(
            .clusterLost,
            "\(what), and the state of its tasks is unknown; make a new pool"
                + (log.isEmpty ? "" : ". The driver said last:\n\(log)"))
    }

    private func lose(_ failure: (any Error)?, _ driver: DriverProcess) {
        let isClosed = state.withLock { $0.isClosed }
        let error =
            isClosed
            ? MultitaskingError(
                .clusterLost,
                "the connection to the cluster was closed before the pool was shut down, and the state of its tasks is "
                    + "unknown; shut pools down first")
            : Self.lossError(
                failure.map { "the link to the \(names.driver) driver is damaged (\($0))" }
                    ?? "the \(names.driver) driver process has ended", driver)
        let pools = state.withLock { state in
            if state.loss == nil { state.loss = error }
            return state.pools.values.compactMap(\.core)
        }
        for pool in pools { pool.lose(error) }
        requests.lose(pool: nil)
    }

    /// The driver's process, for tests that end it.
    package var driverProcess: Int32 { driver.pid }

    /// Closes the connection, and blocks until nothing of it is left on this machine.
    package func close() {
        guard !state.withLock({ exchange(&$0.isClosed, with: true) }) else { return }
        link.send(.shutDown, 0)
        // It leaves when it has ended its pools; that of a cluster that does not answer may take forever.
        driver.end(within: .seconds(15))
        reader.join()
        callbacks.end()
    }
}

/// The driver's answer to the host's first words.
private final class FirstAnswer: Sendable {
    private let latch = Latch()
    private let frame = Mutex<Frame?>(nil)

    func take(_ given: Frame) {
        frame.withLock { $0 = given }
        latch.open()
    }

    func end() { latch.open() }

    @available(*, noasync)
    func wait(_ limit: Duration, _ names: DriverConnection.Names) throws -> JSON {
        guard latch.wait(.upTo(limit)) else {
            throw FrameError("\(names.place) has not answered within \(limit)")
        }
        guard let frame = frame.withLock({ $0 }) else {
            throw FrameError("the \(names.driver) driver has ended before it was ready")
        }
        guard let text = JSON(parsing: frame.head) else {
            throw FrameError("the \(names.driver) driver's first answer is damaged")
        }
        if let error = text["error"]?.text { throw FrameError("\(names.place) cannot be used: \(error)") }
        guard frame.id == 0, text["version"]?.value == Double(FrameKind.version) else {
            throw FrameError(
                "the \(names.driver) driver speaks another version of the protocol than \(FrameKind.version)")
        }
        return text
    }
}

/// The connection, once it is one, for the thread that reads its link.
private final class WeakTarget: Sendable {
    private struct Reference { weak var connection: DriverConnection? }
    private let reference = Mutex(Reference())

    var connection: DriverConnection? { reference.withLock { $0.connection } }
    func set(_ connection: DriverConnection) { reference.withLock { $0.connection = connection } }
}
