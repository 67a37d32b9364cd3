/// The name under which the workers of a pool find a shared value; it is what is sent in place of one.
///
/// ```swift
/// let reference = SharedReference(home: number, object: id, type: SharedReference.typeNumber(of: [Float].self))
/// ```
public struct SharedReference: Hashable, Sendable, Codable {
    /// A number of the pool that has the value, unlike that of any other pool; 0 for a file.
    public let home: UInt64
    /// The pool's own number for the value.
    public let object: SharedObjectID
    /// A number of the value's type.
    public let type: UInt64
    /// The file that is the value.
    public let file: SharedFile?

    /// Makes the reference of a value that a pool has.
    public init(home: UInt64, object: SharedObjectID, type: UInt64) {
        self.home = home
        self.object = object
        self.type = type
        file = nil
    }

    /// Makes the reference of a file.
    public init(file: SharedFile, type: UInt64) {
        home = 0
        object = SharedObjectID(rawValue: 0)
        self.type = type
        self.file = file
    }

    /// A number that tells a type from others, the same in all processes of a program.
    public static func typeNumber(of type: Any.Type) -> UInt64 {
        let name = _mangledTypeName(type) ?? String(describing: type)
        // FNV-1a.
        return name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

/// A file that a shared array lies in, so that another process can tell whether it has found the same one.
///
/// ```swift
/// let file = SharedFile(path: path, device: status.st_dev, inode: status.st_ino, byteCount: Int(status.st_size))
/// ```
public struct SharedFile: Hashable, Sendable, Codable {
    /// Where it is, from the root on.
    public let path: String
    /// The file system that it is on.
    public let device: UInt64
    /// Its number there.
    public let inode: UInt64
    /// How long it was when it was opened, in bytes.
    public let byteCount: Int

    /// Makes the description of a file.
    public init(path: String, device: UInt64, inode: UInt64, byteCount: Int) {
        self.path = path
        self.device = device
        self.inode = inode
        self.byteCount = byteCount
    }
}

extension MultitaskingError {
    /// The error for a handle that leads to a value which the pool does not have.
    public static var noSharedValue: Self {
        Self(
            .noSuchObject,
            "the shared value does not exist any more: its last handle in the parent was dropped before this one "
                + "arrived; keep it")
    }

    /// The error for a handle that is given to a pool which does not have the value.
    public static var sharedElsewhere: Self {
        Self(
            .noSuchObject,
            "a shared value can be used by tasks of the pool alone that shares it; share it with this pool as well")
    }
}
