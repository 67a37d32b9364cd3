/// A pool's part in the encoding of handles: it gives them the names under which its workers find the values.
///
/// ```swift
/// let reference = try home.reference(to: object, type: SharedReference.typeNumber(of: [Float].self))
/// ```
public protocol SharedHome: AnyObject, Sendable {
    /// The reference of a value, for somebody else of the same pool.
    ///
    /// - Parameter type: a number of the value's type; see ``SharedReference/typeNumber(of:)``.
    /// - Throws: `noSuchObject` if the pool does not have the value.
    func reference(to object: any SharedObject, type: UInt64) throws -> SharedReference
}

/// The shared values that one payload refers to, as its encoder's `userInfo` carries it under
/// `CodingUserInfoKey.sharedExports`.
///
/// The values are held until ``removeAll()``, so that they are there until the sender of the payload holds them itself.
///
/// ```swift
/// let exports = SharedExports(home: pool)
/// encoder.userInfo[.sharedExports] = exports
/// ```
public final class SharedExports {
    private let home: any SharedHome
    /// The values, in the order in which they were encoded.
    public private(set) var objects: [any SharedObject] = []

    /// Makes an empty list.
    public init(home: any SharedHome) { self.home = home }

    /// Whether the payload refers to nothing.
    @inlinable
    public var isEmpty: Bool { objects.isEmpty }

    /// Adds a value; its reference, to be encoded.
    func add(_ object: any SharedObject, type: UInt64) throws -> SharedReference {
        let reference = try home.reference(to: object, type: type)
        objects.append(object)
        return reference
    }

    /// Forgets all values.
    public func removeAll() { objects.removeAll(keepingCapacity: true) }
}

extension CodingUserInfoKey {
    /// The key under which an encoder carries its ``SharedExports``.
    public static var sharedExports: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "MultitaskingCore.sharedExports") else {
            preconditionFailure("a CodingUserInfoKey can be made of every string")
        }
        return key
    }
}

extension SharedObject {
    /// Writes the name of this value in place of it.
    func encodeReference(to encoder: any Encoder, type: Any.Type) throws {
        guard let exports = encoder.userInfo[.sharedExports] as? SharedExports else {
            throw MultitaskingError(
                .encodeFailed,
                "a shared value can only be sent to tasks of its pool, or returned by one: do not store its handle")
        }
        try exports.add(self, type: SharedReference.typeNumber(of: type)).encode(to: encoder)
    }
}

/// The value whose name ``SharedObject/encodeReference(to:type:)`` wrote, and where it was found.
func sharedObject(
    from decoder: any Decoder, type: Any.Type
) throws -> (object: any SharedObject, environment: any TaskEnvironment) {
    guard let environment = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment else {
        throw MultitaskingError(
            .noSuchObject, "a shared value's handle can only be decoded by its pool: do not store it")
    }
    let reference = try SharedReference(from: decoder)
    guard reference.type == SharedReference.typeNumber(of: type) else {
        throw MultitaskingError(.wrongType, "the shared value is not a \(String(reflecting: type))")
    }
    return (try environment.sharedObject(reference), environment)
}
