/// An error that a task's function threw in a worker process, when the error value itself could not cross.
///
/// ```swift
/// catch let error as RemoteError { print(error.typeName, error.message) }
/// ```
///
/// A thrown error whose type is `Codable` arrives as the value itself. For every other error this stands in.
public struct RemoteError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The name of the thrown error's type, with its module.
    public let typeName: String

    /// What `String(describing:)` said of the error in the worker.
    public let message: String

    /// Makes a stand-in for an error of the named type.
    public init(typeName: String, message: String) {
        self.typeName = typeName
        self.message = message
    }

    /// Makes a stand-in for `error`.
    public init(_ error: any Error) {
        self.init(typeName: Self.name(of: type(of: error)), message: String(describing: error))
    }

    /// The type's name with its module; without the address that stands for the file of a private type, which differs
    /// from process to process.
    private static func name(of type: Any.Type) -> String {
        String(reflecting: type).split(separator: ".").filter { !$0.hasPrefix("(unknown context") }
            .joined(separator: ".")
    }

    /// The type's name and the message.
    public var description: String { "\(typeName): \(message)" }
}
