/// The part of the Python driver that all clusters share, which travels in the library: no file is needed beside the
/// program.
package enum DriverFiles {
    /// A file of the package `swiftray`.
    package typealias File = (name: String, bytes: [UInt8])

    /// The files of `Resources/swiftray`.
    package static let shared: [File] = [
        ("driver.py", PackageResources.driver_py),
        ("hub.py", PackageResources.hub_py),
        ("posts.py", PackageResources.posts_py),
        ("channels.py", PackageResources.channels_py),
        ("worker.py", PackageResources.worker_py),
        ("child.py", PackageResources.child_py),
        ("link.py", PackageResources.link_py),
        ("shares.py", PackageResources.shares_py),
        ("frames.py", PackageResources.frames_py),
        ("system.py", PackageResources.system_py),
    ]
}
