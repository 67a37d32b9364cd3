/// The reference that is sent in place of a shared value, and under which a pool's workers find it.
///
/// ```swift
/// let reference = SharedReference(home: number, object: id, type: SharedReference.typeNumber(of: [Float].self))
/// ```
public struct SharedReference: Hashable, Sendable, Codable {
    /// The unique number of the pool that has the value; 0 for a file.
    public let home: UInt64
    /// The pool's own number for the value.
    public let object: SharedObjectID
    /// The number of the value's type.
    public let type: UInt64
    /// The file that contains the value, if any.
    public let file: SharedFile?

    /// Creates the reference of a value in a pool.
    public init(home: UInt64, object: SharedObjectID, type: UInt64) {
        self.home = home
        self.object = object
        self.type = type
        file = nil
    }

    /// Creates the reference of a file.
    public init(file: SharedFile, type: UInt64) {
        home = 0
        object = SharedObjectID(rawValue: 0)
        self.type = type
        self.file = file
    }

    /// Returns a number that identifies a type, the same in all processes of a program.
    public static func typeNumber(of type: Any.Type) -> UInt64 { TypeNameHash(of: type).value }
}

/// The identity of a file that contains a shared array, which lets another process verify that it opened the same file.
///
/// ```swift
/// let file = SharedFile(path: path, device: status.st_dev, inode: status.st_ino, byteCount: Int(status.st_size))
/// ```
public struct SharedFile: Hashable, Sendable, Codable {
    /// The absolute path of the file.
    public let path: String
    /// The number of the file's device.
    public let device: UInt64
    /// The file's inode number.
    public let inode: UInt64
    /// The size of the file in bytes, when it was opened.
    public let byteCount: Int

    /// Creates the identity of a file.
    public init(path: String, device: UInt64, inode: UInt64, byteCount: Int) {
        self.path = path
        self.device = device
        self.inode = inode
        self.byteCount = byteCount
    }
}

extension MultitaskingError {
    /// The error for a handle of a value that the pool doesn't have.
    public static var noSharedValue: Self {
        Self(
            .noSuchObject,
            "the shared value no longer exists: its last handle in the parent was dropped before this one "
                + "arrived; keep it")
    }

    /// The error for a handle that is passed to a pool that doesn't have the value.
    public static var sharedElsewhere: Self {
        Self(
            .noSuchObject,
            "only tasks of the pool that shares a value can use it; share it with this pool as well")
    }
}
