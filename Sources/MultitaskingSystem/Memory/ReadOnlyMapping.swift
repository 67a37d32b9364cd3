internal import MultitaskingPlatform

/// A part of a file, mapped so that nobody in this process can write to it.
@safe
package final class ReadOnlyMapping: Sendable {
    // SAFETY: the bytes are mapped as long as the object lives, and a thread that uses them keeps it. Nothing is
    // written.
    package nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    /// - Parameters:
    ///   - descriptor: of the file; it may be closed afterwards.
    ///   - offset: a multiple of the page size.
    ///   - count: how many bytes; none are mapped for 0.
    /// - Throws: what the system has refused.
    package init(_ descriptor: Int32, offset: Int, count: Int) throws(Refusal) {
        guard count > 0 else {
            unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let address = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, off_t(offset))
        guard unsafe address != MAP_FAILED else { throw Refusal(.map, errno) }
        unsafe bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        if let address = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress) {
            unsafe munmap(address, bytes.count)
        }
    }
}
