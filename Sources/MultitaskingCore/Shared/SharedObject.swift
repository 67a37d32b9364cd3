/// A backend's side of a shared value: handles refer to it, and the value is there for as long as one of them is.
///
/// It is a ``SharedArrayBox`` or ``SharedValueBox`` where tasks run in the parent's memory, and a ``SharedMemory``
/// where they do not.
///
/// ```swift
/// final class MappedArray: SharedObject { … }
/// ```
public protocol SharedObject: AnyObject, Sendable {}

/// A shared value that lies in memory which other processes map as well.
///
/// **Implementer's duties.** The bytes stay where they are and do not change while the object lives, and cannot be
/// written to in a worker.
///
/// ```swift
/// let first = memory.bytes.loadUnaligned(as: Float.self)
/// ```
public protocol SharedMemory: SharedObject {
    /// The value: the elements of an array, or an encoded value.
    var bytes: UnsafeRawBufferPointer { get }

    /// The value that the bytes stand for, which is decoded the first time and kept for all later handles.
    ///
    /// - Parameter environment: what the value's parts find when they are decoded.
    /// - Throws: `decodeFailed`; `wrongType` if it was decoded as another type before.
    func value<Value: Portable>(as type: Value.Type, in environment: any TaskEnvironment) throws -> Value
}

/// An array that is shared by those who live in the same memory.
///
/// ```swift
/// let box = SharedArrayBox([1.0, 2.0, 3.0])
/// ```
public final class SharedArrayBox<Element: BitwiseCopyable>: SharedObject, @unchecked Sendable {
    // SAFETY: elements are plain bits that nobody changes; see `SharedArray`.
    let array: [Element]

    /// Makes a box of an array, which is not copied.
    public init(_ array: [Element]) { self.array = array }
}

/// A value that is shared by those who live in the same memory.
///
/// ```swift
/// let box = SharedValueBox(Settings())
/// ```
public final class SharedValueBox<Value: Portable>: SharedObject {
    let value: Value

    /// Makes a box of a value.
    public init(_ value: Value) { self.value = value }
}
