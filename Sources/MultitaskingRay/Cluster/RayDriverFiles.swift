internal import RemoteWorkers

/// The part of the driver that speaks with Ray.
enum RayDriverFiles {
    /// The files of `Resources/swiftray`.
    static let own: [DriverFiles.File] = [
        ("main.py", PackageResources.main_py),
        ("cluster.py", PackageResources.cluster_py),
        ("withdrawals.py", PackageResources.withdrawals_py),
    ]
}
