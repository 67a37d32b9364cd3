/// The Python driver, which travels in the library: no file is needed beside the program.
enum DriverFiles {
    /// The files of `Resources/swiftray`.
    static let all: [(name: String, bytes: [UInt8])] = [
        ("main.py", PackageResources.main_py),
        ("driver.py", PackageResources.driver_py),
        ("cluster.py", PackageResources.cluster_py),
        ("hub.py", PackageResources.hub_py),
        ("channels.py", PackageResources.channels_py),
        ("worker.py", PackageResources.worker_py),
        ("child.py", PackageResources.child_py),
        ("link.py", PackageResources.link_py),
        ("shares.py", PackageResources.shares_py),
        ("frames.py", PackageResources.frames_py),
    ]
}
