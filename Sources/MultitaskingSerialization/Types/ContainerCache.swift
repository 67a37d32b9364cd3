/// The keyed containers that a frame has made: the next value with keys of the same type uses one again.
///
/// Making a container costs an allocation and several look-ups of generic types, which is more than writing or reading
/// the fields of a small struct.
struct ContainerCache {
    private struct Kept {
        var type: ContainerType?
        // Optional, as `isKnownUniquelyReferenced` finds no `AnyObject` unique that is not.
        var object: AnyObject?

        /// Whether somebody else has the container.
        var isUsed: Bool { mutating get { object != nil && !isKnownUniquelyReferenced(&object) } }
    }

    /// How many containers there may be besides the last before those go that nobody uses.
    private static let limit = 8

    /// The one that was asked for last, which most frames are asked for again.
    private var last = Kept()
    private var others: [Kept] = []
    /// Whether there is a container of which nobody can say whether somebody uses it.
    private var isOneUnknown = false

    /// A container with keys of this type.
    @inline(__always) mutating func container<Key: CodingKey, Container>(
        keyedBy type: Key.Type, _ make: () -> Container
    ) -> Container {
        let id = ObjectIdentifier(type)
        if let type = last.type, type.key == id, let object = last.object { return type.container(of: object) }
        return otherContainer(id, make)
    }

    @inline(never) private mutating func otherContainer<Container>(
        _ id: ObjectIdentifier, _ make: () -> Container
    ) -> Container {
        for index in others.indices {
            guard let type = others[index].type, type.key == id, let object = others[index].object else { continue }
            swap(&last, &others[index])
            return type.container(of: object)
        }
        let new = make()
        guard let (type, object) = ContainerType.split(new, key: id) else {
            isOneUnknown = true
            return new
        }
        if last.object != nil { others.append(last) }
        last = Kept(type: type, object: object)
        if others.count > Self.limit { removeUnused() }
        return new
    }

    /// Whether somebody else has one of the containers.
    var isUsed: Bool { mutating get { last.isUsed || isOneUnknown || (!others.isEmpty && isOtherUsed()) } }

    private mutating func isOtherUsed() -> Bool {
        for index in others.indices where others[index].isUsed { return true }
        return false
    }

    private mutating func removeUnused() {
        for index in others.indices.reversed() where !others[index].isUsed { others.remove(at: index) }
    }
}
