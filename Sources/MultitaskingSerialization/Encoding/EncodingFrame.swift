/// The state of one container while it is written, and of the value it belongs to.
///
/// A container normally writes at the end of its parent's buffer. When another one has written there since, it goes on
/// in a buffer of its own that is inserted where it had stopped; so any interleaving of containers comes out right.
///
/// States: `undecided` → `keyed`, `unkeyed` or `single` (at the first request for a container) → gone (`finish`).
final class EncodingFrame {
    enum Kind { case undecided, keyed, unkeyed, single, root }

    let core: EncodingCore
    let slot: Int
    private(set) var sink: ByteSink
    /// The end of `sink`.
    private(set) var end: SinkBuffer
    private(set) var depth = 0
    /// How many nested containers this frame is inside of.
    private(set) var nesting = 0
    private(set) var kind = Kind.undecided
    private(set) var count = 0
    private var parent: EncodingFrame?
    // SAFETY: never changed while it is read: the key of a former step, which goes when a new one comes, has no
    // deinitializer that could get here. Checking each access would take longer than the rest of `begin`.
    @exclusivity(unchecked) private var step = PathStep.none
    private var headerPosition = 0
    private var headerSink: ByteSink
    /// Where in `sink` another container took over.
    private var closedAt: Int?
    private var failure: EncodingError?
    private var hasFailed = false
    // SAFETY: used only by the methods below; a container that is made reads nothing of it.
    @exclusivity(unchecked) private var containers = ContainerCache()
    /// Whether the frame left the stack: nobody would break the cycles between it and containers that it keeps.
    private var isDetached = false

    init(core: EncodingCore, slot: Int) {
        self.core = core
        self.slot = slot
        sink = core.body
        end = core.body.end
        headerSink = core.body
    }

    func beginRoot(_ sink: ByteSink) {
        set(sink)
        end.tail = slot
        kind = .root
        depth = 0
    }

    /// Begins a value at the end of what `parent`, which has claimed its buffer's end, has written.
    @inline(__always) func begin(in parent: EncodingFrame, _ step: PathStep, depth: Int, nesting: Int) {
        if self.parent !== parent { self.parent = parent }
        unsafe self.step = step
        self.depth = depth
        self.nesting = nesting
        if sink !== parent.sink { set(parent.sink) }
        end.tail = slot
        kind = .undecided
        count = 0
        closedAt = nil
        hasFailed = false
    }

    // MARK: The end of the buffer

    /// Makes sure that what is appended to `sink` belongs to this frame.
    @inline(__always) func claim() {
        if end.tail != slot { reclaim() }
    }

    @inline(never) private func reclaim() {
        var frame = core.frame(in: end.tail)
        while let current = frame, current !== self, current.sink === sink { frame = current.parent }
        guard frame === self else { return continueInOwnSink() }
        frame = core.frame(in: end.tail)
        while let current = frame, current !== self {
            current.closedAt = end.count
            frame = current.parent
        }
        end.tail = slot
    }

    private func set(_ sink: ByteSink) {
        self.sink = sink
        end = sink.end
    }

    private func continueInOwnSink() {
        set(sink.insertSink(at: closedAt ?? end.count, rank: SegmentRank(depth: depth + nesting, slot: slot)))
        end.tail = slot
        closedAt = nil
    }

    // MARK: Containers

    /// Opens a container of this kind, or goes on with the one that is open.
    @inline(__always) func open(_ kind: Kind) {
        if self.kind != kind { openNew(kind) }
    }

    private func openNew(_ kind: Kind) {
        guard self.kind == .undecided else {
            return fail("asked for a \(kind) container, but a \(self.kind) container was opened before")
        }
        self.kind = kind
        guard kind != .single else { return }
        claim()
        if headerSink !== sink { headerSink = sink }
        end.append(tag: kind == .keyed ? PayloadTag.keyed : PayloadTag.unkeyed, UInt32(0))
        headerPosition = end.count - 4
    }

    /// A keyed container that writes to this frame.
    func keyedContainer<Key: CodingKey>(_ type: Key.Type) -> KeyedEncodingContainer<Key> {
        open(.keyed)
        if isDetached { return KeyedEncodingContainer(KeyedWriter<Key>(frame: self)) }
        return unsafe containers.container(keyedBy: type) { KeyedEncodingContainer(KeyedWriter<Key>(frame: self)) }
    }

    /// Breaks the cycles between the frame and its containers.
    func detach() {
        isDetached = true
        unsafe containers = ContainerCache()
        parent = nil
    }

    /// Begins an entry of a keyed container.
    @inline(__always) func beginEntry<Key: CodingKey>(_ key: Key, _ plan: KeyPlan) {
        claim()
        count &+= 1
        let reference = plan.reference(to: key, in: core.keys)
        if reference == 0 { beginEntry(inline: key) } else { end.append(reference &- 1) }
    }

    /// Appends an entry of a keyed container whose value is a number.
    @inline(__always) func appendEntry<Key: CodingKey, Number: FixedWidthScalar>(
        _ key: Key, _ plan: KeyPlan, _ number: Number
    ) {
        claim()
        count &+= 1
        let reference = plan.reference(to: key, in: core.keys)
        guard reference == 0 else { return end.append(key: reference &- 1, tag: Number.tag, number) }
        beginEntry(inline: key)
        end.append(tag: Number.tag, number)
    }

    @inline(never) private func beginEntry<Key: CodingKey>(inline key: Key) {
        end.append(KeyReference.inline)
        sink.append(string: key.stringValue)
    }

    /// Appends a string without touching the sink, if it is short.
    @inline(__always) func append(string: String) {
        if !end.append(shortString: string) { sink.append(longString: string) }
    }

    /// Begins an element of an unkeyed container.
    @inline(__always) func beginElement() {
        claim()
        count &+= 1
    }

    /// Appends what `body` appends, or nothing if it throws, so that whoever catches the error can go on.
    @inline(__always) func appendOrUndo(_ body: () throws -> Void) throws {
        claim()
        let (end, count, before) = (end, count, end.mark)
        do { try body() } catch {
            undo(to: before, in: end, count)
            throw error
        }
    }

    @inline(never) private func undo(to mark: SinkBuffer.Mark, in end: SinkBuffer, _ count: Int) {
        // It may have had this container or those around and beside it, whose parts can't be told from its own.
        guard self.end == end, closedAt == nil, self.count &- count <= 1, sink.rewind(to: mark) else {
            return fail("a value threw an error after it had written to a container that it is not in alone")
        }
        end.tail = slot
        self.count = count
    }

    /// Begins the only value of a single value container.
    func beginSingle() throws {
        if hasFailed, let failure { throw failure }
        guard count == 0 else { throw error("a single value container holds one value, and it was encoded before") }
        claim()
        count = 1
    }

    /// A frame for a container, or for a superclass, inside this one, at the current end.
    func nested(_ step: PathStep, as kind: Kind) -> EncodingFrame {
        let frame = core.push()
        frame.begin(in: self, step, depth: depth, nesting: nesting + 1)
        if nesting >= CodingLimit.nesting {
            frame.fail("containers are nested more than \(CodingLimit.nesting) levels deep")
        }
        if kind != .undecided { frame.open(kind) }
        return frame
    }

    /// Ends the value: all containers in it get their counts.
    func finish() throws {
        try close()
        if core.top > slot {
            for above in slot + 1...core.top { try core.frame(in: above)?.close() }
        }
        // Unless a container around it has taken over, since the value wrote there, too.
        if let parent, parent.closedAt == nil { parent.end.tail = parent.slot }
    }

    @inline(__always) private func close() throws {
        if hasFailed, let failure { throw failure }
        switch kind {
        case .undecided: openNew(.keyed)
        case .keyed, .unkeyed:
            guard let count = UInt32(exactly: count) else { throw error("a container has 2³² elements or more") }
            headerSink.end.patch(count, at: headerPosition)
        case .single:
            if count == 0 { throw error("a single value container was opened, but nothing was encoded in it") }
        case .root: break
        }
    }

    // MARK: Errors

    var codingPath: [any CodingKey] {
        var path: [any CodingKey] = []
        var frame: EncodingFrame? = self
        while let current = frame, current.kind != .root {
            if let key = unsafe current.step.codingKey { path.append(key) }
            frame = current.parent
        }
        return path.reversed()
    }

    /// Makes `finish` throw; for where the protocols do not allow to throw.
    func fail(_ message: String) {
        if hasFailed { return }
        failure = error(message)
        hasFailed = true
    }

    func error(_ message: String, value: Any = ()) -> EncodingError {
        .invalidValue(value, .init(codingPath: codingPath, debugDescription: message))
    }
}
