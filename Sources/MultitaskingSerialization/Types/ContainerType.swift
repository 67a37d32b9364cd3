/// The type of a keyed container that is kept as the object that it consists of.
///
/// Even a copy of a container takes a look-up among all generic types where the compiler does not know its type; an
/// object of this class finds the type in its own class.
class ContainerType {
    /// The type of the keys, which fixes the type of the container.
    let key: ObjectIdentifier

    fileprivate init(key: ObjectIdentifier) { self.key = key }

    /// The type of `container`, which has keys of type `key`, and the one object that it consists of; nil if containers
    /// are made otherwise than this file believes.
    static func split<Container>(
        _ container: Container, key: ObjectIdentifier
    ) -> (type: ContainerType, object: AnyObject)? {
        guard MemoryLayout<Container>.size == MemoryLayout<AnyObject>.size else { return nil }
        // SAFETY: a `Keyed…codingContainer` is a struct of one class reference (stdlib/public/core/Codable.swift), and
        // no other type is passed here.
        return (KnownContainerType<Container>(key: key), unsafe unsafeBitCast(container, to: AnyObject.self))
    }

    /// The container that was split; both must come from the same call, and `Container` must be what was passed there.
    @inline(__always) func container<Container>(of object: AnyObject) -> Container {
        // SAFETY: ``ContainerCache`` keeps type and object together, and asks for a container of the key type in `key`.
        unsafe unsafeDowncast(self, to: KnownContainerType<Container>.self).container(from: object)
    }
}

private final class KnownContainerType<Container>: ContainerType {
    // Not inlined: the caller would look `Container` up, here it is at hand.
    @inline(never) func container(from object: AnyObject) -> Container {
        // SAFETY: `split` got the object out of a `Container`.
        unsafe unsafeBitCast(object, to: Container.self)
    }
}
