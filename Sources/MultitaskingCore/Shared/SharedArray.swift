/// A handle of an array that exists once, however many tasks and processes read it.
///
/// ```swift
/// func sum(_ part: Range<Int>, _ matrix: SharedArray<Double>) -> Double {
///     matrix.withSpan { span in part.reduce(0) { $0 + span[$1] } }
/// }
/// let matrix = try pool.share(array)
/// let futures = try parts.map { try pool.submit(sum, $0, matrix) }
/// ```
///
/// Pass the handle as an argument, capture it, return it, or send it through a channel: only a reference is copied. In
/// a process pool, the elements are in memory that every worker maps, including workers that start later; the mapping
/// is read-only, so not even a stray pointer can change them. In a thread pool, the handle contains the array itself.
///
/// The elements live as long as a handle of them exists in the parent, in a task, or in transit; then their memory is
/// freed. Passing the handle to another pool throws `noSuchObject`, and encoding it elsewhere throws `encodeFailed`.
///
/// Elements are shared as plain bits. Values that are valid in one process only, such as pointers, aren't valid in
/// another. Bits from other processes and from files aren't checked, so choose elements for which any bits are a valid
/// value, such as numbers and structures of numbers, rather than `Bool` or enumerations.
public struct SharedArray<Element: BitwiseCopyable>: @unchecked Sendable {
    // SAFETY: nobody changes the elements after they were shared. They are plain bits, so a copy of one refers to
    // nothing unless it is a pointer, and what that leads to is as safe as any other pointer.
    @usableFromInline let contents: Contents

    @safe @usableFromInline
    enum Contents {
        case box(SharedArrayBox<Element>, [Element])
        case memory(any SharedMemory, UnsafeBufferPointer<Element>)
    }

    /// Creates a handle of an array in this process's memory, for backends whose tasks share it.
    public init(_ box: SharedArrayBox<Element>) { contents = .box(box, box.array) }

    /// Creates a handle of elements in shared memory, for backends with shared memory.
    ///
    /// - Throws: `wrongType` if the memory doesn't hold a whole number of elements.
    public init(_ memory: any SharedMemory) throws {
        let bytes = unsafe memory.bytes
        let address = Int(bitPattern: bytes.baseAddress)
        guard bytes.count % MemoryLayout<Element>.stride == 0, address % MemoryLayout<Element>.alignment == 0 else {
            throw MultitaskingError(
                .wrongType,
                "\(bytes.count) bytes are not a whole number of \(qualifiedName(of: Element.self)), each of "
                    + "\(MemoryLayout<Element>.stride) bytes")
        }
        // SAFETY: the memory is aligned, belongs to the object, which is kept beside it, and holds bits of elements.
        contents = unsafe .memory(memory, bytes.assumingMemoryBound(to: Element.self))
    }

    private var object: any SharedObject {
        switch contents {
        case .box(let box, _): box
        case .memory(let memory, _): memory
        }
    }

    /// The number of elements.
    @inlinable
    public var count: Int {
        switch contents {
        case .box(_, let array): array.count
        case .memory(_, let elements): elements.count
        }
    }

    /// Accesses the element at `position`, which must be within `0..<count`. To loop over many elements,
    /// ``withSpan(_:)`` is faster.
    @inlinable
    public subscript(position: Int) -> Element {
        switch contents {
        case .box(_, let array): return array[position]
        case .memory(let memory, let elements):
            precondition(position >= 0 && position < elements.count, "the index is out of range")
            // SAFETY: checked above, and the object is kept until the element was copied.
            defer { withExtendedLifetime(memory) {} }
            return unsafe elements[position]
        }
    }

    /// Calls `body` with a pointer to the elements in place. Don't use the pointer after `body` returns.
    @inlinable
    public func withUnsafeBufferPointer<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch contents {
        case .box(_, let array): return try unsafe array.withUnsafeBufferPointer(body)
        case .memory(let memory, let elements):
            defer { withExtendedLifetime(memory) {} }
            return try unsafe body(elements)
        }
    }

    /// Calls `body` with a span of the elements in place.
    @inlinable
    public func withSpan<Result, Failure: Error>(
        _ body: (Span<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch contents {
        case .box(_, let array): return try body(array.span)
        case .memory(let memory, let elements):
            defer { withExtendedLifetime(memory) {} }
            return try body(unsafe elements.span)
        }
    }
}

extension SharedArray: RandomAccessCollection {
    /// 0.
    @inlinable public var startIndex: Int { 0 }
    /// As many as there are elements.
    @inlinable public var endIndex: Int { count }

    /// Calls `body` with a pointer to the elements in place, like ``withUnsafeBufferPointer(_:)``.
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? {
        try unsafe withUnsafeBufferPointer(body)
    }
}

extension SharedArray: Codable {
    /// Looks up the array in a worker or in the parent.
    ///
    /// - Throws: `noSuchObject` if the array no longer exists, or outside its pool; `wrongType`.
    public init(from decoder: any Decoder) throws {
        switch try sharedObject(from: decoder, type: Self.self).object {
        case let box as SharedArrayBox<Element>: self.init(box)
        case let memory as any SharedMemory: try self.init(memory)
        default: throw MultitaskingError(.wrongType, "the shared value is not a \(qualifiedName(of: Self.self))")
        }
    }

    /// Encodes the array's reference.
    ///
    /// - Throws: `noSuchObject` if the payload is for another pool; `encodeFailed` if it isn't for a pool.
    public func encode(to encoder: any Encoder) throws { try object.encodeReference(to: encoder, type: Self.self) }
}

extension SharedArray: CustomStringConvertible {
    /// The type and the number of elements.
    public var description: String { "SharedArray<\(Element.self)>(\(count) elements)" }
}
