/// A handle of a value that is encoded once, and decoded once per worker, however many tasks use it.
///
/// ```swift
/// let model = try pool.share(try loadModel())
/// let labels = try pool.map(texts) { model.value.label(of: $0) }.values()
/// ```
///
/// Capture the handle, or pass it like any other argument. The first task in a worker that receives it decodes the
/// value; later tasks reuse it. In a thread pool, the handle contains the value itself, so a shared class must be
/// thread-safe. For large arrays of numbers, use ``SharedArray``, which needs no decoding at all.
///
/// The value lives as long as a handle of it exists in the parent, in a task, or in transit. Then its memory is freed,
/// and each worker releases its decoded copy after its current task.
public struct Shared<Value: Portable>: Sendable {
    private let object: any SharedObject

    /// The value.
    public let value: Value

    /// Creates a handle of a value in this process's memory, for backends whose tasks share it.
    public init(_ box: SharedValueBox<Value>) {
        object = box
        value = box.value
    }

    /// Creates a handle of an encoded value in shared memory, for backends with shared memory.
    ///
    /// - Parameter value: the value that was encoded.
    public init(_ memory: any SharedMemory, value: Value) {
        object = memory
        self.value = value
    }
}

extension Shared: Codable {
    /// Looks up the value in a worker or in the parent.
    ///
    /// - Throws: `noSuchObject` if the value no longer exists, or outside its pool; `wrongType`; `decodeFailed`.
    public init(from decoder: any Decoder) throws {
        let (object, environment) = try sharedObject(from: decoder, type: Self.self)
        switch object {
        case let box as SharedValueBox<Value>: self.init(box)
        case let memory as any SharedMemory: self.init(memory, value: try memory.value(as: Value.self, in: environment))
        default: throw MultitaskingError(.wrongType, "the shared value is not a \(qualifiedName(of: Self.self))")
        }
    }

    /// Encodes the value's reference.
    ///
    /// - Throws: `noSuchObject` if the payload is for another pool; `encodeFailed` if it isn't for a pool.
    public func encode(to encoder: any Encoder) throws { try object.encodeReference(to: encoder, type: Self.self) }
}

extension Shared: CustomStringConvertible {
    /// A brief description of the value.
    public var description: String { "Shared(\(brief(value)))" }
}
