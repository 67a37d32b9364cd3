/// A stand-in for an error that a task's function threw, when the error value itself can't leave its worker process.
///
/// ```swift
/// catch let error as RemoteError { print(error.typeName, error.message) }
/// ```
///
/// An error whose type is `Codable` arrives as the original value. Every other error arrives as a `RemoteError`.
public struct RemoteError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The name of the error's type, including its module.
    public let typeName: String

    /// The error's description, as `String(describing:)` returned it in the worker.
    public let message: String

    /// Creates a stand-in for an error of the named type.
    public init(typeName: String, message: String) {
        self.typeName = typeName
        self.message = message
    }

    /// Creates a stand-in for `error`.
    public init(_ error: any Error) {
        self.init(typeName: qualifiedName(of: type(of: error)), message: String(describing: error))
    }

    /// The type's name and the message.
    public var description: String { "\(typeName): \(message)".printableLines }
}
