/// A backend's implementation of a shared value, which lives as long as a handle refers to it.
///
/// It is a ``SharedArrayBox`` or ``SharedValueBox`` if tasks share the parent's memory, and a ``SharedMemory``
/// otherwise.
///
/// ```swift
/// final class MappedArray: SharedObject { … }
/// ```
public protocol SharedObject: AnyObject, Sendable {}

/// A shared value in memory that other processes map, too.
///
/// **Implementer's duties.** While the object lives, the bytes neither move nor change. In a worker, they are
/// read-only.
///
/// ```swift
/// final class Mapping: SharedMemory {
///     let bytes: UnsafeRawBufferPointer   // mapped by `init`, unmapped by `deinit`
///     …
/// }
/// let weights = try SharedArray<Float>(Mapping(of: file))
/// ```
public protocol SharedMemory: SharedObject {
    /// The elements of an array, or an encoded value.
    var bytes: UnsafeRawBufferPointer { get }

    /// Returns the value that the bytes represent, which is decoded once and stored for later handles.
    ///
    /// - Parameter environment: the environment that is available while decoding.
    /// - Throws: `decodeFailed`; `wrongType` if the value was decoded as another type before.
    func value<Value: Portable>(as type: Value.Type, in environment: any TaskEnvironment) throws -> Value
}

/// An array that is shared within one process.
///
/// ```swift
/// let box = SharedArrayBox([1.0, 2.0, 3.0])
/// ```
public final class SharedArrayBox<Element: BitwiseCopyable>: SharedObject, @unchecked Sendable {
    // SAFETY: elements are plain bits that nobody changes; see `SharedArray`.
    let array: [Element]

    /// Creates a box of an array without copying it.
    public init(_ array: [Element]) { self.array = array }
}

/// A value that is shared within one process.
///
/// ```swift
/// let box = SharedValueBox(Settings())
/// ```
public final class SharedValueBox<Value: Portable>: SharedObject {
    let value: Value

    /// Creates a box of a value.
    public init(_ value: Value) { self.value = value }
}
