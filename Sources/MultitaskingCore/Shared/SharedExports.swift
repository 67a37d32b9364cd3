/// A pool's part in encoding handles: it assigns the references under which its workers find the values.
///
/// ```swift
/// final class Shares: SharedHome {
///     func reference(to object: any SharedObject, type: UInt64) throws -> SharedReference {
///         let number = try number(of: object)   // throws `noSuchObject` for a value of another pool
///         return SharedReference(home: identity, object: SharedObjectID(rawValue: number), type: type)
///     }
///     …
/// }
/// ```
public protocol SharedHome: AnyObject, Sendable {
    /// Returns the reference of a value, for another process of the same pool.
    ///
    /// - Parameter type: the number of the value's type; see ``SharedReference/typeNumber(of:)``.
    /// - Throws: `noSuchObject` if the pool doesn't have the value.
    func reference(to object: any SharedObject, type: UInt64) throws -> SharedReference
}

/// The shared values that a payload refers to, stored in its encoder's `userInfo` under
/// `CodingUserInfoKey.sharedExports`.
///
/// The values are retained until ``removeAll()``, which the sender of the payload calls once it retains them itself.
///
/// ```swift
/// let exports = SharedExports(home: pool)
/// encoder.userInfo[.sharedExports] = exports
/// ```
public final class SharedExports {
    private let home: any SharedHome
    // SAFETY: an encoder is used by one thread at a time, nothing here calls out while it uses the array, and what
    // `removeAll` releases never comes back here.
    // Each payload asks whether there are any, and a check of that would take longer than all the rest of the answer.
    @exclusivity(unchecked) @usableFromInline var held: [any SharedObject] = []

    /// The values, in the order in which they were encoded.
    public var objects: [any SharedObject] { unsafe held }

    /// Creates an empty list.
    public init(home: any SharedHome) { self.home = home }

    /// Whether the payload refers to no shared value.
    @inlinable
    public var isEmpty: Bool { unsafe held.isEmpty }

    /// Adds a value, and returns its reference for encoding.
    func add(_ object: any SharedObject, type: UInt64) throws -> SharedReference {
        let reference = try home.reference(to: object, type: type)
        unsafe held.append(object)
        return reference
    }

    /// Releases all values.
    public func removeAll() { unsafe held.removeAll(keepingCapacity: true) }
}

extension CodingUserInfoKey {
    /// The key under which an encoder stores its ``SharedExports``.
    public static var sharedExports: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "MultitaskingCore.sharedExports") else {
            preconditionFailure("a CodingUserInfoKey can be made of every string")
        }
        return key
    }
}

extension SharedObject {
    /// Encodes a reference in place of this value.
    func encodeReference(to encoder: any Encoder, type: Any.Type) throws {
        guard let exports = encoder.userInfo[.sharedExports] as? SharedExports else {
            throw MultitaskingError(
                .encodeFailed,
                "a shared value can only be sent to tasks of its pool, or returned by one: do not store its handle")
        }
        try exports.add(self, type: SharedReference.typeNumber(of: type)).encode(to: encoder)
    }
}

/// Returns the value whose reference ``SharedObject/encodeReference(to:type:)`` encoded, and where it was found.
func sharedObject(
    from decoder: any Decoder, type: Any.Type
) throws -> (object: any SharedObject, environment: any TaskEnvironment) {
    guard let environment = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment else {
        throw MultitaskingError(
            .noSuchObject, "a shared value's handle can only be decoded by its pool: do not store it")
    }
    let reference = try SharedReference(from: decoder)
    guard reference.type == SharedReference.typeNumber(of: type) else {
        throw MultitaskingError(.wrongType, "the shared value is not a \(qualifiedName(of: type))")
    }
    return (try environment.sharedObject(reference), environment)
}
