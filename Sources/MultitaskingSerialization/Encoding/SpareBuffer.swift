internal import Synchronization

/// The buffer of a writer that is gone, for the next one: a new one would grow its buffer step by step, and the kernel
/// would have to find and clear every page of it.
///
/// There is one for the whole process, so that it cannot be much.
@safe enum SpareBuffer {
    /// Memory from malloc, and how much it is.
    typealias Buffer = (start: UnsafeMutableRawPointer, capacity: Int)

    /// A page: less comes as fast from malloc.
    private static let smallest = 4096

    /// The address of the buffer, which begins with its capacity; 0 if there is none.
    private static let address = Atomic<UInt>(0)

    /// Takes the buffer; nil if there is none.
    static func take() -> Buffer? {
        // ORDERING: acquiring pairs with the releasing exchange in `give`: a thread that sees the address sees the
        // capacity.
        guard let start = unsafe UnsafeMutableRawPointer(bitPattern: address.exchange(0, ordering: .acquiring)) else {
            return nil
        }
        // SAFETY: `give` wrote the capacity, and a thread that takes the address owns the memory.
        return unsafe (start, start.load(as: Int.self))
    }

    /// Leaves a buffer for the next ``take()``; false if there is one already or this one is too big or too small.
    static func give(_ buffer: Buffer) -> Bool {
        guard unsafe (smallest...CodingLimit.keptBuffer).contains(buffer.capacity) else { return false }
        unsafe buffer.start.storeBytes(of: buffer.capacity, as: Int.self)
        // ORDERING: releasing pairs with the acquiring exchange in `take`.
        return unsafe address.compareExchange(
            expected: 0, desired: UInt(bitPattern: buffer.start), successOrdering: .releasing,
            failureOrdering: .relaxed
        ).exchanged
    }
}
