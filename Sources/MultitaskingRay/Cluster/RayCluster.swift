internal import MultitaskingCore
internal import MultitaskingSystem
internal import RemoteWorkers
internal import Synchronization

/// A connection to a Ray cluster, for one or several pools.
///
/// ```swift
/// let cluster = try RayCluster(address: "10.0.0.1:6379")
/// let pool = try RayPool(on: cluster, maxWorkers: 64)
/// …
/// pool.shutdown(.drain)
/// cluster.close()
/// ```
/// A Python process beside this program communicates with Ray. A pool that is created without a cluster has its own
/// connection.
public final class RayCluster: Sendable {
    /// The address of the cluster's head; nil for a Ray instance that this program started on this machine.
    public let address: String?
    /// The options of the connection.
    public let options: RayOptions
    /// The state of the cluster at the time of the connection.
    public let status: RayClusterStatus

    let link: FrameLink
    let requests: RequestTable
    /// Runs what must not hold up the thread that reads the link.
    let callbacks: CallbackThread
    private let driver: DriverProcess
    private let reader: Mutex<JoinableThread?>
    private let state = Mutex(State())

    private struct State {
        var lastPool: UInt32 = 0
        var pools: [UInt32: WeakPool] = [:]
        var loss: MultitaskingError?
        var isClosed = false
    }

    private struct WeakPool { weak let core: RayPoolCore? }

    /// Connects to a cluster, blocking until the connection is established.
    ///
    /// - Parameters:
    ///   - address: the host and port of the cluster's head, as `ray start --head` prints them; nil starts a Ray
    ///     instance on this machine, which ends with the connection.
    ///   - options: the options of the connection.
    /// - Throws: `invalidArgument`, including if there is no token; `clusterUnreachable` with the end of the driver's
    ///   log.
    @available(*, noasync, message: "this blocks the thread; await RayCluster.connect(to:options:)")
    public convenience init(address: String?, options: RayOptions = RayOptions()) throws {
        try self.init(connecting: address, options)
    }

    /// Connects to a cluster, suspending until the connection is established; see ``init(address:options:)``.
    ///
    /// Cancelling the awaiting task doesn't shorten the wait.
    public static func connect(to address: String?, options: RayOptions = RayOptions()) async throws -> RayCluster {
        try await awaitBlocking { Result { try RayCluster(connecting: address, options) } }.get()
    }

    private init(connecting address: String?, _ options: RayOptions) throws {
        try options.validate()
        self.address = address
        self.options = options
        driver = try DriverProcess(options, address: address)
        link = driver.link
        requests = RequestTable(link)
        callbacks = try CallbackThread()
        let greeting = Greeting()
        let target = WeakTarget()
        let thread = try JoinableThread(name: "ray cluster") { [link, driver] in
            let failure = link.receive { frame in
                if frame.kind == .ready { return greeting.answer(frame) }
                try target.cluster?.take(frame)
            }
            greeting.end()
            target.cluster?.lose(failure, driver)
        }
        reader = Mutex(thread)
        link.send(.hello, 0, Self.hello(address, options, driver.directory).bytes)
        do { status = try greeting.wait(options, address) } catch {
            let log = driver.logTail
            driver.end(within: .seconds(2))
            thread.join()
            callbacks.end()
            throw MultitaskingError(.clusterUnreachable, "\(error)\(log.isEmpty ? "" : "; the driver says:\n\(log)")")
        }
        target.set(self)
    }

    deinit { close() }

    private static func hello(_ address: String?, _ options: RayOptions, _ directory: String) -> JSON {
        .object([
            "version": .number(Double(FrameKind.version)),
            "build": .string(RayPoolCore.programBuild),
            "address": address.map(JSON.string) ?? .null,
            "namespace": options.namespace.map(JSON.string) ?? .null,
            "workingDirectory": options.shipsExecutable ? .string(directory) : .null,
            "cpus": .number(Double(UsableResources.current.cores)),
            "environment": .object(options.environment.mapValues(JSON.string)),
        ])
    }

    // MARK: Pools

    /// Gives a pool its number; it is told what comes for it from then on.
    func add(_ makeCore: (UInt32) -> RayPoolCore) throws -> RayPoolCore {
        let number: UInt32 = try state.withLock { state in
            if let loss = state.loss { throw loss }
            guard !state.isClosed else {
                throw MultitaskingError(.shutDown, "the connection to the cluster was closed")
            }
            state.lastPool += 1
            return state.lastPool
        }
        let core = makeCore(number)
        state.withLock { $0.pools[number] = WeakPool(core: core) }
        return core
    }

    func remove(_ pool: UInt32) { state.withLock { $0.pools[pool] = nil } }

    private func pool(_ number: UInt64) -> RayPoolCore? {
        UInt32(exactly: number).flatMap { number in state.withLock { $0.pools[number]?.core } }
    }

    private var pools: [RayPoolCore] { state.withLock { $0.pools.values.compactMap(\.core) } }

    /// The pool that has handed over a run, of those there are.
    private func pool(ofRun run: UInt64) -> RayPoolCore? { pools.first { $0.has(run: run) } }

    // MARK: The link

    private func take(_ frame: Frame) throws {
        switch frame.kind {
        case .answer: try requests.deliver(frame)
        case .signals: try pool(frame.id)?.hub.takeSignals(frame)
        case .done: try pool(ofRun: frame.id)?.end(frame)
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

    private static func lossError(_ what: String, _ driver: DriverProcess) -> MultitaskingError {
        let log = driver.logTail
        return MultitaskingError(
            .clusterLost,
            "\(what), and the state of its tasks is unknown; make a new pool"
                + (log.isEmpty ? "" : ". The driver said last:\n\(log)"))
    }

    private func lose(_ failure: (any Error)?, _ driver: DriverProcess) {
        let error = Self.lossError(
            failure.map { "the link to the Ray driver is damaged (\($0))" } ?? "the Ray driver process has ended",
            driver)
        let pools = state.withLock { state in
            if state.loss == nil { state.loss = error }
            return state.pools.values.compactMap(\.core)
        }
        for pool in pools { pool.lose(error) }
        requests.lose(pool: nil)
    }

    /// The files of the driver that this library carries.
    package static var driverFileNames: [String] { DriverFiles.all.map(\.name) }

    /// The driver's process, for tests that end it.
    package var driverProcess: Int32 { driver.pid }

    /// Closes the connection, and blocks until nothing of it is left on this machine. Open pools are lost. Closing a
    /// closed connection is allowed.
    public func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        link.send(.shutDown, 0)
        // It leaves when it has ended its pools; that of a cluster that does not answer may take forever.
        driver.end(within: .seconds(15))
        reader.withLock { reader in
            defer { reader = nil }
            return reader
        }?.join()
        callbacks.end()
    }
}

/// The state of a cluster at the time of a connection.
///
/// ```swift
/// print(cluster.status.nodes, cluster.status.rayVersion)
/// ```
public struct RayClusterStatus: Sendable, Hashable {
    /// The version of Ray; nil if the driver doesn't report it.
    public let rayVersion: String?
    /// The version of Python; nil if the driver doesn't report it.
    public let pythonVersion: String?
    /// The addresses of the live nodes.
    public let nodes: [String]
    /// The number of CPUs.
    public let cpus: Double
}

/// The driver's answer to the host's first words.
private final class Greeting: Sendable {
    private let latch = Latch()
    private let frame = Mutex<Frame?>(nil)

    func answer(_ given: Frame) {
        frame.withLock { $0 = given }
        latch.open()
    }

    func end() { latch.open() }

    @available(*, noasync)
    func wait(_ options: RayOptions, _ address: String?) throws -> RayClusterStatus {
        let place = address.map { "the cluster at \($0)" } ?? "a Ray on this machine"
        guard latch.wait(.upTo(options.startTimeout)) else {
            throw FrameError("\(place) has not answered within \(options.startTimeout)")
        }
        guard let frame = frame.withLock({ $0 }) else {
            throw FrameError("the Ray driver has ended before it was ready")
        }
        guard let text = JSON(parsing: frame.head) else { throw FrameError("the Ray driver's first answer is damaged") }
        if let error = text["error"]?.text { throw FrameError("\(place) cannot be used: \(error)") }
        guard frame.id == 0, text["version"]?.value == Double(FrameKind.version) else {
            throw FrameError("the Ray driver speaks another version of the protocol than \(FrameKind.version)")
        }
        return RayClusterStatus(
            rayVersion: text["ray"]?.text, pythonVersion: text["python"]?.text,
            nodes: text["nodes"]?.elements.compactMap(\.text) ?? [], cpus: text["cpus"]?.value ?? 0)
    }
}

/// The cluster, once it is one, for the thread that reads its link.
private final class WeakTarget: Sendable {
    private struct Reference { weak var cluster: RayCluster? }
    private let reference = Mutex(Reference())

    var cluster: RayCluster? { reference.withLock { $0.cluster } }
    func set(_ cluster: RayCluster) { reference.withLock { $0.cluster = cluster } }
}
