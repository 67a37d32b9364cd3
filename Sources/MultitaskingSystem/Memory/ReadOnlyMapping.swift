internal import MultitaskingPlatform

/// A part of a file, mapped so that nobody in this process can write to it.
@safe
package final class ReadOnlyMapping: Sendable {
    // SAFETY: the bytes are mapped as long as the object lives, and a thread that uses them keeps it. Nothing is
    // written.
    package nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
    /// How many bytes before them are mapped, as mappings begin with a page.
    private let lead: Int

    /// - Parameters:
    ///   - descriptor: of the file; it may be closed afterwards.
    ///   - offset: where the part begins; pages are larger than 4 KiB on some systems, so it may be inside of one.
    ///   - count: how many bytes; none are mapped for 0.
    /// - Throws: what the system has refused.
    package init(_ descriptor: Int32, offset: Int, count: Int) throws(Refusal) {
        guard count > 0 else {
            unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            lead = 0
            return
        }
        lead = offset % max(4096, Int(sysconf(Int32(_SC_PAGESIZE))))
        let start = unsafe mmap(nil, count + lead, PROT_READ, MAP_SHARED, descriptor, off_t(offset - lead))
        guard unsafe start != MAP_FAILED, let start = unsafe start else { throw Refusal(.map, errno) }
        unsafe bytes = UnsafeRawBufferPointer(start: start + lead, count: count)
    }

    deinit {
        if let address = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress) {
            unsafe munmap(address - lead, bytes.count + lead)
        }
    }
}
