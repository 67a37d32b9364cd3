/// A handle of a value that is encoded once and decoded once in each worker, however many tasks use it.
///
/// ```swift
/// func classify(_ text: String, _ model: Shared<Model>) -> String { model.value.label(of: text) }
/// let model = try pool.share(try loadModel())
/// let labels = try pool.map(classify, texts, Array(repeating: model, count: texts.count))
/// ```
///
/// Pass it on like any other argument. The first task of a worker that is given it decodes the value; later ones find
/// it there. In a pool of threads it is the value itself, so a class that is shared must be safe to be used by several
/// tasks at once. Use ``SharedArray`` for large arrays of numbers, which are not decoded at all.
///
/// The value is there as long as a handle is, in the parent, in a task, or on the way to one. Then its memory is given
/// back, and workers forget what they have decoded when they have ended the task they run.
public struct Shared<Value: Portable>: Sendable {
    private let object: any SharedObject

    /// The value.
    public let value: Value

    /// Makes a handle of a value in this process's memory, for backends whose tasks live there.
    public init(_ box: SharedValueBox<Value>) {
        object = box
        value = box.value
    }

    /// Makes a handle of an encoded value in shared memory, for backends that have some.
    ///
    /// - Parameter value: the value that was encoded.
    public init(_ memory: any SharedMemory, value: Value) {
        object = memory
        self.value = value
    }
}

extension Shared: Codable {
    /// Finds the value in a worker, or in the parent.
    ///
    /// - Throws: `noSuchObject` if it does not exist any more, or outside of its pool; `wrongType`; `decodeFailed`.
    public init(from decoder: any Decoder) throws {
        let (object, environment) = try sharedObject(from: decoder, type: Self.self)
        switch object {
        case let box as SharedValueBox<Value>: self.init(box)
        case let memory as any SharedMemory: self.init(memory, value: try memory.value(as: Value.self, in: environment))
        default: throw MultitaskingError(.wrongType, "the shared value is not a \(String(reflecting: Self.self))")
        }
    }

    /// Writes the value's name.
    ///
    /// - Throws: `noSuchObject` if another pool is to read it; `encodeFailed` if no pool is.
    public func encode(to encoder: any Encoder) throws { try object.encodeReference(to: encoder, type: Self.self) }
}

extension Shared: CustomStringConvertible {
    /// The value, in few words.
    public var description: String { "Shared(\(brief(value)))" }
}
