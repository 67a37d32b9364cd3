public import MultitaskingCore
internal import Synchronization
internal import MultitaskingPlatform

/// A file that is mapped as a shared array; each process opens it by its path.
package final class SharedFileMapping: SharedMemory {
    /// What tells it from other files.
    package let file: SharedFile
    private let mapping: ReadOnlyMapping

    package var bytes: UnsafeRawBufferPointer { unsafe mapping.bytes }

    /// Opens and maps a file.
    ///
    /// - Throws: `systemError`, `permissionDenied`; `invalidArgument` if it is not a regular file with a length.
    package init(path: String) throws {
        let path = try Self.absolute(path)
        // Another process may have named it: a pipe or a terminal must not be waited for.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.refused("open", errno, path) }
        defer { close(descriptor) }
        var information = stat()
        // SAFETY: the call writes one structure, which outlives it.
        guard unsafe fstat(descriptor, &information) == 0 else { throw Self.refused("look at", errno, path) }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw MultitaskingError(.invalidArgument, "\(path) is not a file that can be mapped; give a regular file")
        }
        file = SharedFile(
            path: path, device: UInt64(truncatingIfNeeded: information.st_dev),
            inode: UInt64(truncatingIfNeeded: information.st_ino), byteCount: Int(information.st_size))
        guard file.byteCount > 0 || !Self.hasBytes(descriptor) else {
            throw MultitaskingError(
                .invalidArgument,
                "\(path) has contents but no length, like the files of /proc and /sys; copy it to a regular file first")
        }
        do throws(Refusal) {
            mapping = try ReadOnlyMapping(descriptor, offset: 0, count: file.byteCount)
        } catch {
            throw error.error("map the file \(path)")
        }
    }

    package func value<Value: Portable>(as type: Value.Type, in environment: any TaskEnvironment) throws -> Value {
        throw MultitaskingError(.wrongType, "the file \(file.path) is an array, and not an encoded value")
    }

    /// The files that tasks of this process were given last: mapping one anew for each task would have all of it looked
    /// up again.
    private static let recent = Mutex<[SharedFileMapping]>([])
    private static let recentLimit = 8

    /// The file that another process has mapped.
    ///
    /// - Throws: `noSuchObject` if the file is gone, or another is there by now; see also ``init(path:)``.
    package static func find(_ file: SharedFile) throws -> SharedFileMapping {
        if let known = recent.withLock({ $0.first { $0.file == file } }) { return known }
        guard unsafe access(file.path, F_OK) == 0 || errno != ENOENT else {
            throw MultitaskingError(
                .noSuchObject, "\(file.path) was deleted or moved; leave it where it is while tasks use it")
        }
        let found = try SharedFileMapping(path: file.path)
        guard found.file == file else {
            throw MultitaskingError(
                .noSuchObject,
                "\(file.path) is no longer the file that was mapped: it was replaced, or its length has changed; leave "
                    + "it as it is while tasks use it")
        }
        // What goes is unmapped outside of the lock.
        let former = recent.withLock { recent in
            recent.append(found)
            return recent.count > recentLimit ? recent.removeFirst() : nil
        }
        withExtendedLifetime(former) {}
        return found
    }

    private static func hasBytes(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        // SAFETY: the call writes one byte, which outlives it.
        return unsafe read(descriptor, &byte, 1) > 0
    }

    private static func absolute(_ path: String) throws -> String {
        try checkPath(path)
        guard !path.hasPrefix("/") else { return path }
        // SAFETY: the C library makes the string, and this frees it.
        guard let directory = unsafe getcwd(nil, 0) else { throw refused("find", errno, path) }
        defer { unsafe free(directory) }
        return unsafe String(cString: directory) + "/" + path
    }

    private static func refused(_ attempt: String, _ code: Int32, _ path: String) -> MultitaskingError {
        let kind: MultitaskingError.Code = code == EACCES || code == EPERM ? .permissionDenied : .systemError
        return MultitaskingError(kind, "could not \(attempt) the file \(path): \(describe(errno: code))")
    }
}

extension SharedArray {
    /// Maps a file whose bytes are the elements, in this machine's byte order. Nothing is read before it is used.
    ///
    /// ```swift
    /// let samples = try SharedArray<Float>(mapping: "samples.f32")
    /// ```
    ///
    /// The array belongs to no pool: you can pass it to tasks of any pool on this machine, which map the file as well.
    /// While the array is in use, don't move or delete the file or change its length. What others write to the file is
    /// visible in the array.
    /// - Throws: `systemError` or `permissionDenied` if the file can't be opened; `invalidArgument` if it isn't a
    ///   regular file with a length; `wrongType` if its length isn't a multiple of the size of an element.
    public init(mapping path: String) throws { try self.init(SharedFileMapping(path: path)) }
}
