/// Keyed containers as the one object that they consist of, so that they can be kept and used again.
///
/// Making a container costs an allocation and several look-ups of generic types, which is more than writing or reading
/// the fields of a small struct.
enum ContainerBox {
    /// The object behind a container; nil if containers are made otherwise than this file believes.
    @inline(__always) static func object<Container>(of container: Container) -> AnyObject? {
        guard MemoryLayout<Container>.size == MemoryLayout<AnyObject>.size else { return nil }
        // SAFETY: a `Keyed…codingContainer` is a struct of one class reference (stdlib/public/core/Codable.swift), and
        // no other type is passed here.
        return unsafe unsafeBitCast(container, to: AnyObject.self)
    }

    /// The container behind an object that ``object(of:)`` gave for a container of the same type.
    @inline(__always) static func container<Container>(from object: AnyObject) -> Container {
        // SAFETY: frames keep the object together with the key type, which fixes the container's type.
        unsafe unsafeBitCast(object, to: Container.self)
    }
}
