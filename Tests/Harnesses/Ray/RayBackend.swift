import Glibc
package import MultitaskingConformance
package import MultitaskingCore
package import MultitaskingRay
import MultitaskingSystem

/// Pools on one connection, as a program with several scopes has them.
package struct RayBackend: ConformanceBackend {
    package let name: String
    package let cluster: RayCluster
    package let patience: Duration

    /// - Parameter patience: how long what should happen at once may take.
    package init(name: String, cluster: RayCluster, patience: Duration = .seconds(20)) {
        self.name = name
        self.cluster = cluster
        // Where each message is a call of Ray's, some cases take half a minute.
        self.patience = cluster.address == nil ? patience : patience * 3
    }

    package var omissions: [Omission] {
        let omissions = [
            Omission.capability(.sharedMemory, because: "workers are processes, on other machines"),
            .conformanceCase(
                "worker.aCancelledCallIsNotMade",
                because: "a process makes the calls that it hasn't made before its next task, at whatever place"),
            .conformanceCase(
                "shutdown.leavesWhatWasSent",
                because: "channels are with the pool's hub, and what was left in them ends with it"),
        ]
        guard cluster.address != nil else { return omissions }
        let places = Omission.conformanceCase(
            "worker.everywhereRunsInThoseThatComeLater",
            because:
                "Ray chooses a process for each call of a worker, and each process that has not made it makes it too")
        return omissions + [places]
    }

    package func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
        let setup = settings.initializerArgument.map { argument in
            RaySetup(initializer: ExecutorSettings.initialize, argument).finalizing(ExecutorSettings.finalize)
        }
        return try RayPool(
            on: cluster, maxWorkers: settings.maxWorkers, queueLimit: settings.queueLimit, setup: setup ?? RaySetup())
    }

    /// Ends the wrappers of what runs, and by that what they run. The nodes of a test may be this process's own.
    package func loseWorkers(of executor: any Executor) throws {
        guard let pool = executor as? RayPool else { return }
        let deadline = ContinuousClock.now + patience
        while pool.processes.isEmpty, ContinuousClock.now < deadline { usleep(1000) }
        for wrapper in Set(pool.processes.compactMap(Self.parent)) where wrapper > 1 { kill(wrapper, SIGKILL) }
    }

    /// Who has started a process of this machine.
    private static func parent(of process: Int32) -> Int32? {
        SystemFiles().processFields(process).dropFirst().first.flatMap { Int32($0) }
    }

    package var world: any ConformanceWorld { MachineWorld(patience: patience) }
}

extension RayOptions {
    /// The options of a driver without Ray, which needs no token and finds the program where it is.
    package static func fake(driver: String, python: String = "python3") -> RayOptions {
        var options = RayOptions(allowsUnauthenticated: true, shipsExecutable: false, python: python)
        options.driver = driver
        return options
    }
}
