/// What all decoders of one payload share: the bytes, the key table and a stack of frames that is reused.
final class DecodingCore {
    let shared: SharedSource
    var source: ByteSource {
        @inline(__always) get { shared.source }
        @inline(__always) _modify { yield &shared.source }
    }
    let keys: KeyNames
    let userInfo: [CodingUserInfoKey: Any]
    // SAFETY: used only by the methods below, none of which calls another while it changes the array.
    @exclusivity(unchecked) private var handles: [FrameHandle] = []
    /// The slot of the newest frame in use.
    private(set) var top = -1
    private var expansions: [ExpandedArray] = []

    init(source: ByteSource, keys: KeyNames, userInfo: [CodingUserInfoKey: Any]) {
        shared = SharedSource(source)
        self.keys = keys
        self.userInfo = userInfo
    }

    deinit { shared.free() }

    /// The frame under all others; it may stand below a frame of another core.
    func root(below parent: DecodingFrame? = nil) -> FrameHandle {
        top = -1
        let handle = push()
        handle.frame.begin(in: parent, .none, depth: parent?.depth ?? 0)
        return handle
    }

    /// The next frame of the stack, in whatever state it was left.
    @inline(__always) func push() -> FrameHandle {
        top &+= 1
        if unsafe top < handles.count, unsafe isKnownUniquelyReferenced(&handles[top]),
            unsafe !handles[top].frame.isContainerKept
        {
            return unsafe handles[top]
        }
        return pushNew()
    }

    @inline(never) private func pushNew() -> FrameHandle {
        let handle = FrameHandle(DecodingFrame(core: self))
        if unsafe top < handles.count {
            unsafe handles[top].frame.detach()
            unsafe handles[top] = handle
        } else {
            unsafe handles.append(handle)
        }
        return handle
    }

    /// Reads the value at the cursor and leaves the cursor behind it.
    func decode<Value: Decodable>(
        _ type: Value.Type, in frame: DecodingFrame, _ step: @autoclosure () -> PathStep
    ) throws -> Value {
        let strategy = TypeTable.info(for: type).strategy
        do {
            // What was not written as the strategy would have is left to the type's own `init(from:)`.
            if try source.isNext(strategy) {
                guard case .elements(let array) = strategy else { return try source.read(type, by: strategy) }
                return try decodeElements(as: array, type, in: frame, step())
            }
        } catch let failure as ReadFailure {
            throw frame.error(failure, type, step())
        }
        return try decodeInNewFrame(type, in: frame, step())
    }

    private func decodeElements<Elements: ElementArray, Value>(
        as array: Elements.Type, _ type: Value.Type, in parent: DecodingFrame, _ step: PathStep
    ) throws -> Value {
        let slot = top
        let frame = try begin(type, in: parent, step).frame
        defer { top = slot }
        let count = try frame.openUnkeyed()
        return reinterpret(try array.decodeElements(count, in: frame), as: type)
    }

    /// Reads the value at the cursor by its own `init(from:)` and leaves the cursor behind it.
    func decodeInNewFrame<Value: Decodable>(
        _ type: Value.Type, in parent: DecodingFrame, _ step: PathStep
    ) throws -> Value {
        let slot = top
        let handle = try begin(type, in: parent, step)
        defer { top = slot }
        let value = try type.init(from: ValueDecoder(handle: handle))
        do throws(ReadFailure) {
            source.seek(to: try handle.frame.end())
        } catch {
            throw handle.frame.error(error, type)
        }
        return value
    }

    @inline(__always) private func begin(
        _ type: Any.Type, in parent: DecodingFrame, _ step: PathStep
    ) throws -> FrameHandle {
        guard parent.depth < CodingLimit.depth else {
            throw parent.error(.invalid("values are nested more than \(CodingLimit.depth) levels deep"), type, step)
        }
        let handle = push()
        handle.frame.begin(in: parent, step, depth: parent.depth + 1)
        return handle
    }

    /// Keeps the elements of an array until the payload is done with.
    func keep(_ expansion: ExpandedArray) { expansions.append(expansion) }

    /// Makes whatever decoder somebody kept read nothing, and breaks the cycle between the core and its frames.
    func invalidate() {
        source = unsafe ByteSource(UnsafeRawBufferPointer(start: nil, count: 0))
        for handle in unsafe handles { handle.frame.detach() }
        unsafe handles.removeAll()
        for expansion in expansions { expansion.core.invalidate() }
        expansions.removeAll()
    }
}

/// An array of numbers, written out element by element in memory of its own, with a core to read it.
@safe final class ExpandedArray {
    let core: DecodingCore
    let count: Int
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ elements: [UInt8], count: Int, for core: DecodingCore) {
        self.count = count
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, elements.count), alignment: 1)
        // SAFETY: freed in `deinit`; the core reads from it and is invalidated first.
        unsafe bytes.copyBytes(from: elements)
        unsafe self.bytes = bytes
        let source = unsafe ByteSource(UnsafeRawBufferPointer(rebasing: bytes[..<elements.count]))
        self.core = DecodingCore(source: source, keys: core.keys, userInfo: core.userInfo)
    }

    deinit {
        core.invalidate()
        unsafe bytes.deallocate()
    }
}
