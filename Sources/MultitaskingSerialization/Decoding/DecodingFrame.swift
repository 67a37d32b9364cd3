/// The state of one value while it is read, and of the container it was found to be.
///
/// A container may be asked for as often as one likes. A keyed one keeps its place: the next entry is tried first, so
/// reading in the order of writing costs one comparison an entry; what is not next is searched for.
final class DecodingFrame {
    enum Kind { case undecided, keyed, unkeyed, single }

    let core: DecodingCore
    /// What `source` is, so that it takes one step only.
    private let shared: SharedSource
    private(set) var depth = 0
    /// How deeply containers are nested here that `nestedContainer` and its kin have made; see ``CodingLimit``.
    private(set) var nesting = 0
    private var parent: DecodingFrame?
    // SAFETY: never changed while it is read: the key of a former step, which goes when a new one comes, has no
    // deinitializer that could get here. Checking each access would take longer than the rest of `begin`.
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
    /// How often an entry was looked for that was not the next.
    private var searches = 0
    private var index = EntryIndex()
    /// Why there cannot be an index, if making one has failed.
    private var damage: ReadFailure?
    /// The container made last by `nestedContainer` and its kin; the next entry is where it ends.
    private var pending: DecodingFrame?
    // SAFETY: used only by the methods below; a container that is made reads nothing of it.
    @exclusivity(unchecked) private var containers = ContainerCache()
    /// The one that ``handle`` gives, if it was asked for.
    // SAFETY: as above.
    @exclusivity(unchecked) private var ownHandle: FrameHandle?

    init(core: DecodingCore) {
        self.core = core
        shared = core.shared
    }

    /// The core's cursor.
    var source: ByteSource {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(shared.address) }
        @inline(__always) unsafeMutableAddress { unsafe shared.address }
    }

    /// Begins a value at the cursor.
    @inline(__always) func begin(in parent: DecodingFrame?, _ step: PathStep, depth: Int, nesting: Int) {
        if self.parent !== parent { self.parent = parent }
        unsafe self.step = step
        self.depth = depth
        self.nesting = nesting
        kind = .undecided
        start = source.position
        knownEnd = nil
        if pending != nil { pending = nil }
    }

    // MARK: Containers

    /// What decoders and containers hold of this frame.
    @inline(__always) var handle: FrameHandle {
        if let handle = unsafe ownHandle { return handle }
        let handle = FrameHandle(self)
        unsafe ownHandle = handle
        return handle
    }

    /// A keyed container that reads from this frame.
    func keyedContainer<Key: CodingKey>(_ type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if kind != .keyed { try openKeyed() }
        return unsafe containers.container(keyedBy: type) { KeyedDecodingContainer(KeyedReader<Key>(frame: self)) }
    }

    /// Whether somebody has a decoder or a container of this frame: nothing but this keeps the frame for him, so that
    /// it must not be freed, and not be given to another value.
    var isUsed: Bool {
        if unsafe ownHandle != nil, unsafe !isKnownUniquelyReferenced(&ownHandle) { return true }
        return unsafe containers.isUsed
    }

    /// Ends the frame's use, as the payload is done with.
    func detach() {
        pending = nil
        if isUsed { LateFrames.keep(self) }
    }

    /// Makes this the frame of a keyed container.
    private func openKeyed() throws {
        do throws(ReadFailure) {
            source.seek(to: start)
            try expect(PayloadTag.keyed)
            count = try source.readCount(UInt32.self, width: 2)
        } catch {
            throw self.error(error, [String: Any].self)
        }
        kind = .keyed
        entries = source.position
        next = 0
        cursor = entries
        // What an earlier opening was at is not where this one is.
        pending = nil
        if searches > 0 { forgetSearches() }
    }

    @inline(never) private func forgetSearches() {
        searches = 0
        damage = nil
        if !index.isEmpty { index = EntryIndex() }
    }

    /// Makes this the frame of an unkeyed container; the cursor is then at the first of so many elements.
    func openUnkeyed() throws -> Int {
        do throws(ReadFailure) {
            source.seek(to: start)
            try expect(PayloadTag.unkeyed)
            let count = try source.readCount(UInt32.self, width: 1)
            kind = .unkeyed
            knownEnd = count == 0 ? source.position : nil
            return count
        } catch {
            throw self.error(error, [Any].self)
        }
    }

    /// The elements of an array of numbers that was written as a whole; nil if something else was written here.
    func expandArray() throws -> ExpandedArray? {
        do throws(ReadFailure) {
            source.seek(to: start)
            guard let element = PayloadTag.element(ofArray: try source.peekByte()) else { return nil }
            let array = try core.expandArray(at: start, elementTag: element)
            kind = .unkeyed
            knownEnd = array.end
            return array
        } catch {
            throw self.error(error, [Any].self)
        }
    }

    /// Makes this the frame of a single value.
    func openSingle() {
        kind = .single
        knownEnd = nil
    }

    /// A frame for a container, or for a superclass, inside this one, at the cursor.
    ///
    /// - Throws: if containers are nested too deeply; if the payload is done with.
    func nested(_ step: PathStep) throws -> DecodingFrame {
        guard nesting < CodingLimit.nesting else {
            throw error(
                .invalid("containers are nested more than \(CodingLimit.nesting) levels deep"), Any.self, step)
        }
        let frame = try core.push(below: self)
        frame.begin(in: self, step, depth: depth, nesting: nesting + 1)
        return frame
    }

    @inline(__always) private func expect(_ tag: UInt8) throws(ReadFailure) {
        let found = try source.peekByte()
        guard found == tag else { throw .mismatch(tag: found) }
        try source.advance(1)
    }

    /// Where the value ends, whatever of it was read.
    func end() throws(ReadFailure) -> Int {
        if let knownEnd { return knownEnd }
        guard kind == .keyed else {
            source.seek(to: start)
            try core.skipValue()
            return source.position
        }
        try settle()
        source.seek(to: cursor)
        while next < count {
            try source.skipKey()
            try core.skipValue()
            next &+= 1
        }
        cursor = source.position
        return cursor
    }

    /// Puts the cursor behind the value.
    @inline(__always) func leave(_ type: Any.Type) throws {
        if kind == .keyed, next == count, pending == nil { return source.seek(to: cursor) }
        do throws(ReadFailure) {
            source.seek(to: try end())
        } catch {
            throw self.error(error, type)
        }
    }

    // MARK: Entries of a keyed container

    /// Reads the next entry, if it is that of `key` and a number whose tag is `tag`; nil says that ``find(_:_:)`` must
    /// look.
    @inline(__always) func nextNumber<Key: CodingKey, Number: BitwiseCopyable>(
        _ type: Number.Type, tag: UInt8, _ key: Key, _ lookup: KeyLookup?
    ) -> Number? {
        guard let index = lookup?.knownIndex(of: key), next < count, pending == nil,
            let number = source.number(type, inEntryAt: cursor, key: index, tag: tag)
        else { return nil }
        cursor &+= 2 &+ MemoryLayout<Number>.size
        next &+= 1
        return number
    }

    /// The same for a string of at most 255 bytes.
    @inline(__always) func nextShortString<Key: CodingKey>(_ key: Key, _ lookup: KeyLookup?) -> String? {
        guard let index = lookup?.knownIndex(of: key), next < count, pending == nil,
            let (string, end) = source.shortString(inEntryAt: cursor, key: index)
        else { return nil }
        cursor = end
        next &+= 1
        return string
    }

    /// Finds the entry of a key and puts the cursor on its value; its number, or nil if there is none.
    @inline(__always) func find<Key: CodingKey>(_ key: Key, _ lookup: KeyLookup?) throws(ReadFailure) -> Int? {
        if pending != nil { try settle() }
        source.seek(to: cursor)
        if next < count, try readKey(matches: key, lookup) { return next }
        return try search(key, lookup)
    }

    /// Goes on behind entry `number`, whose value was just read.
    @inline(__always) func advance(beyond number: Int) {
        cursor = source.position
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
        searches &+= 1
        if count > EntryIndex.threshold, searches > 1 { return try searchIndex(key, lookup) }
        // First what follows, then what was passed.
        source.seek(to: cursor)
        if let found = try scan(next..<count, key, lookup) { return found }
        source.seek(to: entries)
        return try scan(0..<next, key, lookup)
    }

    private func searchIndex<Key: CodingKey>(_ key: Key, _ lookup: KeyLookup?) throws(ReadFailure) -> Int? {
        if let damage { throw damage }
        if index.isEmpty {
            do throws(ReadFailure) { index = try makeIndex() } catch {
                damage = error
                throw error
            }
        }
        guard let entry = index.entry(of: key.stringValue, from: next) else { return nil }
        source.seek(to: entry.position)
        return try readKey(matches: key, lookup) ? entry.number : nil
    }

    private func makeIndex() throws(ReadFailure) -> EntryIndex {
        var index = EntryIndex()
        source.seek(to: entries)
        for number in 0..<count {
            let position = source.position
            let reference = try source.readByte()
            let name = reference == KeyReference.inline ? try source.readString() : try core.keys.name(reference)
            index.append(name, number: number, position: position)
            try core.skipValue()
        }
        index.sort()
        return index
    }

    private func scan<Key: CodingKey>(
        _ numbers: Range<Int>, _ key: Key, _ lookup: KeyLookup?
    ) throws(ReadFailure) -> Int? {
        for number in numbers {
            if try readKey(matches: key, lookup) { return number }
            try core.skipValue()
        }
        return nil
    }

    @inline(__always) private func readKey<Key: CodingKey>(
        matches key: Key, _ lookup: KeyLookup?
    ) throws(ReadFailure) -> Bool {
        let reference = try source.readByte()
        guard reference != KeyReference.inline else { return try source.readString(equals: key.stringValue) }
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
        source.seek(to: entries)
        do throws(ReadFailure) {
            for _ in 0..<count {
                let reference = try source.readByte()
                let name =
                    reference == KeyReference.inline ? try source.readString() : try core.keys.name(reference)
                if try source.peekByte() != PayloadTag.absent, let key = Key(stringValue: name) {
                    keys.append(key)
                }
                try core.skipValue()
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
