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
/// Pass it on like any other argument, capture it, return it, send it through a channel: what is copied is its name. In
/// a pool of processes the elements lie in memory that every worker maps, also one that starts later; in a worker they
/// cannot be written to, not even by a wrong pointer. In a pool of threads it is the array itself.
///
/// The elements are there as long as a handle is, in the parent, in a task, or on the way to one; then their memory is
/// given back. A handle that is given to another pool, or stored, throws `noSuchObject` or `encodeFailed`.
///
/// Elements are plain bits. What only means something in one process, such as a pointer, does not become right by being
/// shared.
public struct SharedArray<Element: BitwiseCopyable>: @unchecked Sendable {
    // SAFETY: nobody changes the elements after they were shared. They are plain bits, so a copy of one refers to
    // nothing unless it is a pointer, and what that leads to is as safe as any other pointer.
    @usableFromInline let contents: Contents

    @safe @usableFromInline
    enum Contents {
        case box(SharedArrayBox<Element>, [Element])
        case memory(any SharedMemory, UnsafeBufferPointer<Element>)
    }

    /// Makes a handle of an array in this process's memory, for backends whose tasks live there.
    public init(_ box: SharedArrayBox<Element>) { contents = .box(box, box.array) }

    /// Makes a handle of elements in shared memory, for backends that have some.
    ///
    /// - Throws: `wrongType` if the memory does not hold a whole number of elements.
    public init(_ memory: any SharedMemory) throws {
        let bytes = unsafe memory.bytes
        let address = Int(bitPattern: bytes.baseAddress)
        guard bytes.count % MemoryLayout<Element>.stride == 0, address % MemoryLayout<Element>.alignment == 0 else {
            throw MultitaskingError(
                .wrongType,
                "\(bytes.count) bytes are not a whole number of \(String(reflecting: Element.self)), each of "
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

    /// How many elements there are.
    @inlinable
    public var count: Int {
        switch contents {
        case .box(_, let array): array.count
        case .memory(_, let elements): elements.count
        }
    }

    /// The element at `position`, which must be within `0..<count`.
    ///
    /// For loops over many elements, ``withSpan(_:)`` is faster.
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

    /// Calls `body` with the elements where they are; they must not be used after it has returned.
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

    /// Calls `body` with the elements where they are.
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

    /// Calls `body` with the elements where they are, as ``withUnsafeBufferPointer(_:)`` does.
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? {
        try unsafe withUnsafeBufferPointer(body)
    }
}

extension SharedArray: Codable {
    /// Finds the array in a worker, or in the parent.
    ///
    /// - Throws: `noSuchObject` if it does not exist any more, or outside of its pool; `wrongType`.
    public init(from decoder: any Decoder) throws {
        switch try sharedObject(from: decoder, type: Self.self).object {
        case let box as SharedArrayBox<Element>: self.init(box)
        case let memory as any SharedMemory: try self.init(memory)
        default: throw MultitaskingError(.wrongType, "the shared value is not a \(String(reflecting: Self.self))")
        }
    }

    /// Writes the array's name.
    ///
    /// - Throws: `noSuchObject` if another pool is to read it; `encodeFailed` if no pool is.
    public func encode(to encoder: any Encoder) throws { try object.encodeReference(to: encoder, type: Self.self) }
}

extension SharedArray: CustomStringConvertible {
    /// The type, and how many elements there are.
    public var description: String { "SharedArray<\(Element.self)>(\(count) elements)" }
}
