internal import RemoteWorkers

/// The part of the driver that launches workers.
enum LaunchDriverFiles {
    /// The files of `Resources/swiftray`.
    static let own: [DriverFiles.File] = [
        ("launch.py", PackageResources.launch_py),
        ("hosts.py", PackageResources.hosts_py),
        ("command.py", PackageResources.command_py),
        ("stream.py", PackageResources.stream_py),
        ("remote.py", PackageResources.remote_py),
    ]
}
