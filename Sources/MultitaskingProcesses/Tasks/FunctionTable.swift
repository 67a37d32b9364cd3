import MultitaskingCore
import MultitaskingSerialization
import Synchronization

/// The functions that were ever sent, each by its image, its offset there, and the mangled name of its
/// `PortableFunction` type; a task names its function by the index here. Of a function that captures, what its context
/// is made of is attached.
///
/// Only the client adds entries; they are never changed. A worker that started before an entry was added finds it all
/// the same, because the binary is the same.
struct FunctionTable {
    let arena: Arena

    private func entry(_ index: Int) -> FunctionEntry { FunctionEntry(arena: arena, index: index) }

    // MARK: The client's side

    /// How much of the table is used: the client's own knowledge, as what the memory says may be anybody's.
    struct Extent {
        fileprivate var count = 0
        /// How many bytes of names there are.
        fileprivate var nameBytes = 0
    }

    /// Adds a function behind those that there are, with bytes that say more about it.
    func add(
        _ address: FunctionAddress, typeName: String, attachment: [UInt8] = [], to extent: inout Extent
    ) throws -> Int {
        let index = extent.count
        guard index < ArenaLayout.functionLimit else {
            throw MultitaskingError.neverFits(
                "more than \(ArenaLayout.functionLimit) different functions were submitted to one pool; make a new pool"
            )
        }
        let location = try CodeLocation(of: address)
        let previousEnd = extent.nameBytes
        let names = Array(location.image.utf8) + Array(typeName.utf8) + attachment
        guard previousEnd <= ArenaLayout.functionNamesSize - names.count else {
            throw MultitaskingError.neverFits(
                "the names of the submitted functions' types are too long; make a new pool")
        }
        unsafe arena.withBytes(at: ArenaLayout.functionNames + previousEnd, count: names.count) {
            unsafe $0.copyBytes(from: names)
        }
        let entry = entry(index)
        entry.code.store(location.offset)
        var end = previousEnd
        for (field, count) in [
            (entry.path, location.image.utf8.count), (entry.typeName, typeName.utf8.count),
            (entry.attachment, attachment.count),
        ] {
            field.start.store(UInt64(end))
            field.count.store(UInt64(count))
            end += count
        }
        extent = Extent(count: index + 1, nameBytes: previousEnd + names.count)
        arena.header.functionCount.store(UInt64(extent.count))
        return index
    }

    /// Keeps bytes that belong to no function alone, as long as the pool.
    func keep(_ bytes: [UInt8], to extent: inout Extent) throws -> (start: Int, count: Int) {
        let start = extent.nameBytes
        guard bytes.count <= ArenaLayout.functionNamesSize - start else {
            throw MultitaskingError.neverFits(
                "the initializers, finalizers, and their arguments take \(bytes.count) bytes, more than the "
                    + "\(ArenaLayout.functionNamesSize - start) that the pool has room for, whatever its arenaLimit; "
                    + "pass less, or the path of a file with it")
        }
        unsafe arena.withBytes(at: ArenaLayout.functionNames + start, count: bytes.count) {
            unsafe $0.copyBytes(from: bytes)
        }
        extent.nameBytes = start + bytes.count
        return (start, bytes.count)
    }

    /// What `keep` has kept.
    ///
    /// - Throws: `functionNotFound` if the place cannot be one.
    func bytes(at place: (start: Int, count: Int)) throws -> [UInt8] {
        guard place.start >= 0, place.count >= 0, place.count <= ArenaLayout.functionNamesSize,
            place.start <= ArenaLayout.functionNamesSize - place.count
        else { throw CodeLocation.notFound("what was kept for it") }
        return unsafe arena.withBytes(at: ArenaLayout.functionNames + place.start, count: place.count) {
            unsafe [UInt8]($0)
        }
    }

    // MARK: The worker's side

    /// The address in this process and the type of a function.
    ///
    /// All of it is input: names are read once and not longer than they may be, and only code of the image they name is
    /// called.
    func resolve(_ index: Int) throws -> (address: FunctionAddress, type: any PortableFunction.Type) {
        guard index >= 0, index < ArenaLayout.functionLimit, index < arena.header.functionCount.load() else {
            throw CodeLocation.notFound("number \(index) of the function table")
        }
        let entry = entry(index)
        let path = try name(entry.path, limit: CodeLocation.pathLimit)
        let typeName = try name(entry.typeName, limit: FunctionTypeName.byteLimit)
        let address = try CodeLocation(image: path, offset: entry.code.load()).address()
        guard let type = FunctionTypeName(mangled: typeName).resolve() else {
            throw CodeLocation.notFound("the type \(typeName)")
        }
        return (address, type)
    }

    /// Notes where the function is that a function of the table leads to, unless it was; for its name alone.
    func note(_ code: @autoclosure () -> (first: UInt, second: UInt)?, of index: Int) {
        let entry = entry(index)
        guard entry.target.loadRelaxed() == 0, let code = code(),
            let location = try? CodeLocation(of: FunctionAddress(code: code.first)),
            let path = try? name(entry.path, limit: CodeLocation.pathLimit), path == location.image,
            let first = UInt32(exactly: location.offset)
        else { return }
        let second = UInt32(exactly: UInt64(code.second) &- UInt64(code.first) &+ location.offset) ?? 0
        entry.target.storeRelaxed(UInt64(first) | UInt64(second) << 32)
    }

    /// The offsets of the functions that a function of the table may lead to; see `FunctionEntry.target`.
    func targets(of index: Int) -> (first: UInt64, second: UInt64)? {
        let target = entry(index).target.loadRelaxed()
        return target == 0 ? nil : (target & 0xffff_ffff, target >> 32)
    }

    /// The image and the offset there of a function's code; nil if the table does not say it.
    func place(of index: Int) -> (path: String, offset: UInt64)? {
        guard index >= 0, index < ArenaLayout.functionLimit, index < arena.header.functionCount.load(),
            let path = try? name(entry(index).path, limit: CodeLocation.pathLimit)
        else { return nil }
        return (path, entry(index).code.load())
    }

    /// The bytes that say more about a function; none for most.
    func attachment(of index: Int) throws -> [UInt8] {
        try bytes(entry(index).attachment, limit: ArenaLayout.functionNamesSize)
    }

    private func name(_ range: FunctionEntry.Range, limit: Int) throws -> String {
        String(decoding: try bytes(range, limit: limit), as: UTF8.self)
    }

    private func bytes(_ range: FunctionEntry.Range, limit: Int) throws -> [UInt8] {
        let start = Int(clamping: range.start.load())
        let count = Int(clamping: range.count.load())
        guard start >= 0, count >= 0, count <= limit, start <= ArenaLayout.functionNamesSize - count else {
            throw CodeLocation.notFound("a damaged name")
        }
        return unsafe arena.withBytes(at: ArenaLayout.functionNames + start, count: count) {
            unsafe [UInt8]($0)
        }
    }
}
