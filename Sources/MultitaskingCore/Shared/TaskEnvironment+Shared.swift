internal import MultitaskingPlatform

extension TaskEnvironment {
    /// Creates an array that a task can return or send without copying; `body` fills it in place.
    ///
    /// ```swift
    /// func squares(_ context: TaskContext, _ count: Int) throws -> SharedArray<Double> {
    ///     try context.makeSharedArray(of: Double.self, count: count) { elements in
    ///         for index in elements.indices { elements[index] = Double(index * index) }
    ///     }
    /// }
    /// ```
    ///
    /// Numbers that `body` doesn't write have unspecified values; elements of other types start as zero bits. In a
    /// process pool, the array uses the pool's memory, like any result, until its last handle is gone.
    /// - Throws: `invalidArgument` for a count that is negative, or exceeds what memory can hold; `arenaLimitReached`;
    ///   whatever `body` throws.
    public func makeSharedArray<Element: BitwiseCopyable>(
        of type: Element.Type = Element.self, count: Int, _ body: (inout MutableSpan<Element>) throws -> Void
    ) throws -> SharedArray<Element> {
        let (byteCount, isTooMany) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        // Swift's own arrays end the process where there are not even addresses for so much.
        guard count >= 0, !isTooMany, byteCount <= 1 << 46 else {
            throw MultitaskingError(
                .invalidArgument, "the array would have \(count) elements; give a number from 0 to what memory can hold"
            )
        }
        // Any bits are a number, so clearing them first would be one more pass over the memory.
        let takesAnyBits = Element.self is any FixedWidthInteger.Type || Element.self is any BinaryFloatingPoint.Type
        let memory = try unsafe makeSharedMemory(byteCount: byteCount) { bytes in
            if !takesAnyBits { unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0) }
            // SAFETY: the bytes are the caller's alone until this returns, aligned to pages, and bits of elements.
            var elements = unsafe bytes.assumingMemoryBound(to: Element.self).mutableSpan
            try body(&elements)
        }
        if let memory { return try SharedArray(memory) }
        try checkAllocation(byteCount)
        let array = try unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            // SAFETY: the buffer is cleared, so that all of it is initialized.
            unsafe UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, repeating: 0)
            var elements = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<count]).mutableSpan
            try body(&elements)
            initialized = count
        }
        return SharedArray(SharedArrayBox(array))
    }
}

/// Finds out whether the system gives a process so much memory at once; whether it could all be used, it does not say.
///
/// Swift's own allocations end the process where there is too little.
/// - Throws: `invalidArgument`.
package func checkAllocation(_ byteCount: Int) throws {
    // Less is left to the limits that the program has anyway.
    guard byteCount > 1 << 30 else { return }
    let machine = Int(sysconf(Int32(_SC_PHYS_PAGES))).multipliedReportingOverflow(by: Int(sysconf(Int32(_SC_PAGESIZE))))
    // SAFETY: freed at once, and never touched. A system may be set to promise more than it has.
    guard machine.overflow || byteCount <= machine.partialValue, let memory = unsafe malloc(byteCount) else {
        throw MultitaskingError(
            .invalidArgument,
            "the system has no memory for an array of \(byteCount) bytes; make several that are smaller")
    }
    unsafe free(memory)
}
