/// The state of one value while it is read, and of the container it was found to be.
///
/// A container may be asked for as often as one likes. A keyed one keeps its place: the next entry is tried first, so
/// reading in the order of writing costs one comparison an entry; what is not next is searched for.
final class DecodingFrame {
    enum Kind { case undecided, keyed, unkeyed, single }

    let core: DecodingCore
    private(set) var depth = 0
    private var parent: DecodingFrame?
    // SAFETY: never changed while it is read: the key of a former step, which goes when a new one comes, has no deinitializer
    // that could get here. Checking each access would take longer than the rest of `begin`.
    @exclusivity(unchecked) private var step = PathStep.none
    private var kind = Kind.undecided
    /// Where the value begins.
    private(set) var start = 0
    /// Where the value ends; nil until an unkeyed container or a single value was read to its end.
    var knownEnd: Int?

    // Of a keyed container: how many entries, where the first is, which is next, and where that is.
    private var count = 0
    private var entries = 0
    private var next = 0
    private var cursor = 0
    /// The container made last by `nestedContainer` and its kin; the next entry is where it ends.
    private var pending: DecodingFrame?
    /// The keyed container this frame made last: the next value of the same type in this slot uses it again.
    private var container: AnyObject?
    private var containerType: ContainerType?
    /// Whether the frame left the stack: nobody would break the cycle between it and a container that it keeps.
    private var isDetached = false

    init(core: DecodingCore) { self.core = core }

    /// Begins a value at the cursor.
    @inline(__always) func begin(in parent: DecodingFrame?, _ step: PathStep, depth: Int) {
        if self.parent !== parent { self.parent = parent }
        unsafe self.step = step
        self.depth = depth
        kind = .undecided
        start = core.source.position
        knownEnd = nil
        if pending != nil { pending = nil }
    }

    // MARK: Containers

    /// A keyed container that reads from this frame.
    func keyedContainer<Key: CodingKey>(_ type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if kind != .keyed { try openKeyed() }
        let id = ObjectIdentifier(type)
        if let containerType, containerType.key == id, let container { return containerType.container(of: container) }
        let new = KeyedDecodingContainer(KeyedReader<Key>(frame: self))
        if !isDetached, let (type, object) = ContainerType.split(new, key: id) {
            container = object
            containerType = type
        }
        return new
    }

    /// Whether somebody else keeps the container, so that this frame must not be used again.
    var isContainerKept: Bool { container != nil && !isKnownUniquelyReferenced(&container) }

    /// Breaks the cycles between the frame, its container and the frames inside it.
    func detach() {
        isDetached = true
        container = nil
        containerType = nil
        pending = nil
    }

    /// Makes this the frame of a keyed container.
    private func openKeyed() throws {
        do throws(ReadFailure) {
            core.source.seek(to: start)
            try expect(PayloadTag.keyed)
            count = try core.source.readCount(UInt32.self, width: 2)
        } catch {
            throw self.error(error, [String: Any].self)
        }
        kind = .keyed
        entries = core.source.position
        next = 0
        cursor = entries
    }

    /// Makes this the frame of an unkeyed container; the cursor is then at the first of so many elements.
    func openUnkeyed() throws -> Int {
        do throws(ReadFailure) {
            core.source.seek(to: start)
            try expect(PayloadTag.unkeyed)
            let count = try core.source.readCount(UInt32.self, width: 1)
            kind = .unkeyed
            knownEnd = count == 0 ? core.source.position : nil
            return count
        } catch {
            throw self.error(error, [Any].self)
        }
    }

    /// The elements of an array of numbers that was written as a whole; nil if something else was written here.
    func expandArray() throws -> ExpandedArray? {
        do throws(ReadFailure) {
            core.source.seek(to: start)
            guard let element = PayloadTag.element(ofArray: try core.source.peekByte()) else { return nil }
            let array = try core.source.expandedArray(elementTag: element)
            kind = .unkeyed
            knownEnd = array.end
            let expansion = ExpandedArray(array.elements, count: array.count, for: core)
            core.keep(expansion)
            return expansion
        } catch {
            throw self.error(error, [Any].self)
        }
    }

    /// Makes this the frame of a single value.
    func openSingle() {
        kind = .single
        knownEnd = nil
    }

    /// A frame for a value inside this one, at the cursor.
    func nested(_ step: PathStep) -> FrameHandle {
        let handle = core.push()
        handle.frame.begin(in: self, step, depth: depth)
        return handle
    }

    private func expect(_ tag: UInt8) throws(ReadFailure) {
        let found = try core.source.peekByte()
        guard found == tag else { throw .mismatch(tag: found) }
        try core.source.advance(1)
    }

    /// Where the value ends, whatever of it was read.
    func end() throws(ReadFailure) -> Int {
        if let knownEnd { return knownEnd }
        guard kind == .keyed else {
            core.source.seek(to: start)
            try core.source.skipValue()
            return core.source.position
        }
        try settle()
        core.source.seek(to: cursor)
        while next < count {
            try core.source.skipKey()
            try core.source.skipValue()
            next &+= 1
        }
        cursor = core.source.position
        return cursor
    }

    // MARK: Entries of a keyed container

    /// Finds the entry of a key and puts the cursor on its value; its number, or nil if there is none.
    @inline(__always) func find<Key: CodingKey>(_ key: Key, _ lookup: KeyLookup?) throws(ReadFailure) -> Int? {
        if pending != nil { try settle() }
        core.source.seek(to: cursor)
        if next < count, try readKey(matches: key, lookup) { return next }
        return try search(key, lookup)
    }

    /// Goes on behind entry `number`, whose value was just read.
    @inline(__always) func advance(beyond number: Int) {
        cursor = core.source.position
        next = number &+ 1
    }

    /// Goes on behind entry `number`, which `frame` is about to read.
    func advance(beyond number: Int, readBy frame: DecodingFrame) {
        pending = frame
        next = number &+ 1
    }

    @inline(never) private func search<Key: CodingKey>(
        _ key: Key, _ lookup: KeyLookup?
    ) throws(ReadFailure) -> Int? {
        // First what follows, then what was passed.
        core.source.seek(to: cursor)
        if let found = try scan(next..<count, key, lookup) { return found }
        core.source.seek(to: entries)
        return try scan(0..<next, key, lookup)
    }

    private func scan<Key: CodingKey>(
        _ numbers: Range<Int>, _ key: Key, _ lookup: KeyLookup?
    ) throws(ReadFailure) -> Int? {
        for number in numbers {
            if try readKey(matches: key, lookup) { return number }
            try core.source.skipValue()
        }
        return nil
    }

    @inline(__always) private func readKey<Key: CodingKey>(
        matches key: Key, _ lookup: KeyLookup?
    ) throws(ReadFailure) -> Bool {
        let reference = try core.source.readByte()
        guard reference != KeyReference.inline else { return try core.source.readString(equals: key.stringValue) }
        if let lookup { return lookup.matches(key, reference, in: core.keys) }
        return try core.keys.name(reference) == key.stringValue
    }

    private func settle() throws(ReadFailure) {
        guard let frame = pending else { return }
        pending = nil
        cursor = try frame.end()
    }

    /// All keys whose values are there; what is damaged ends the list.
    func allKeys<Key: CodingKey>(_ type: Key.Type) -> [Key] {
        var keys: [Key] = []
        core.source.seek(to: entries)
        do throws(ReadFailure) {
            for _ in 0..<count {
                let reference = try core.source.readByte()
                let name =
                    reference == KeyReference.inline ? try core.source.readString() : try core.keys.name(reference)
                if try core.source.peekByte() != PayloadTag.absent, let key = Key(stringValue: name) {
                    keys.append(key)
                }
                try core.source.skipValue()
            }
        } catch {}
        return keys
    }

    // MARK: Errors

    var codingPath: [any CodingKey] {
        var path: [any CodingKey] = []
        var frame: DecodingFrame? = self
        while let current = frame {
            if let key = unsafe current.step.codingKey { path.append(key) }
            frame = current.parent
        }
        return path.reversed()
    }

    /// The error for what could not be read one step from here.
    func error(_ failure: ReadFailure, _ type: Any.Type, _ step: PathStep = .none) -> DecodingError {
        func context(_ description: String) -> DecodingError.Context {
            DecodingError.Context(
                codingPath: codingPath + (step.codingKey.map { [$0] } ?? []), debugDescription: description)
        }
        switch failure {
        case .truncated: return .dataCorrupted(context("the payload ends too early or holds a wrong length"))
        case .invalid(let what): return .dataCorrupted(context(what))
        case .unrepresentable: return .dataCorrupted(context("the number does not fit \(type)"))
        case .mismatch(PayloadTag.null), .mismatch(PayloadTag.absent):
            return .valueNotFound(type, context("expected \(type) but found nil"))
        case .mismatch(let tag):
            return .typeMismatch(type, context("expected \(type) but found \(PayloadTag.name(tag))"))
        }
    }
}
