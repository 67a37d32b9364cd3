import CMultitaskingLinux
import MultitaskingCore
import Synchronization

/// The functions that were ever sent, each by its image, its offset there, and the mangled name of its `PortableFunction`
/// type; a task names its function by the index here.
///
/// Only the client adds entries; they are never changed. A worker that started before an entry was added finds it all the
/// same, because the binary is the same.
struct FunctionTable {
    let arena: Arena

    private var countCell: SharedWord { arena.header(ArenaLayout.Header.functionCount) }

    private func cell(_ index: Int, _ field: Int) -> SharedWord {
        arena.word(ArenaLayout.functionTable + index * ArenaLayout.functionStride + field * 8)
    }

    // MARK: The client's side

    /// Adds a function. The caller makes sure that only one thread does this at a time.
    func add(_ address: FunctionAddress, typeName: String) throws -> Int {
        let index = Int(clamping: countCell.load())
        guard index < ArenaLayout.functionLimit else {
            throw MultitaskingError(
                .arenaLimitReached,
                "more than \(ArenaLayout.functionLimit) different functions were submitted to one pool; make a new pool"
            )
        }
        let (path, base) = try Self.image(of: address)
        let previousEnd = index == 0 ? 0 : Int(clamping: cell(index - 1, 3).load() &+ cell(index - 1, 4).load())
        let names = Array(path.utf8) + Array(typeName.utf8)
        guard previousEnd <= ArenaLayout.functionNamesSize - names.count else {
            throw MultitaskingError(
                .arenaLimitReached, "the names of the submitted functions' types are too long; make a new pool")
        }
        unsafe arena.withBytes(at: ArenaLayout.functionNames + previousEnd, count: names.count) {
            unsafe $0.copyBytes(from: names)
        }
        cell(index, 0).store(UInt64(address.code - base))
        cell(index, 1).store(UInt64(previousEnd))
        cell(index, 2).store(UInt64(path.utf8.count))
        cell(index, 3).store(UInt64(previousEnd + path.utf8.count))
        cell(index, 4).store(UInt64(typeName.utf8.count))
        countCell.store(UInt64(index + 1))
        return index
    }

    private static func image(of address: FunctionAddress) throws -> (path: String, base: UInt) {
        var base: UInt = 0
        let capacity = 4096
        let path = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer -> String? in
            guard
                unsafe mt_image_containing(
                    UnsafeRawPointer(bitPattern: address.code), &base, buffer.baseAddress, capacity)
            else { return nil }
            return unsafe buffer.baseAddress.map { unsafe String(cString: $0) }
        }
        guard let path else {
            throw MultitaskingError(
                .functionNotFound,
                "the function lies in no loaded image, so no worker can find it; submit a function of the program")
        }
        return (path, base)
    }

    // MARK: The worker's side

    /// The address in this process and the type of a function.
    func resolve(_ index: Int) throws -> (address: FunctionAddress, type: any PortableFunction.Type) {
        guard index < countCell.load() else { throw Self.notFound("number \(index) of the function table") }
        let path = try name(index, field: 1)
        let typeName = try name(index, field: 3)
        let base = unsafe mt_image_base(path)
        guard base != .max else { throw Self.notFound("the image \(path)") }
        guard let type = FunctionTypeName(mangled: typeName).resolve() else {
            throw Self.notFound("the type \(typeName)")
        }
        return (FunctionAddress(code: base &+ UInt(truncatingIfNeeded: cell(index, 0).load())), type)
    }

    private func name(_ index: Int, field: Int) throws -> String {
        let start = Int(clamping: cell(index, field).load())
        let count = Int(clamping: cell(index, field + 1).load())
        guard start >= 0, count >= 0, start <= ArenaLayout.functionNamesSize - count else {
            throw Self.notFound("a damaged name")
        }
        return unsafe arena.withBytes(at: ArenaLayout.functionNames + start, count: count) {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }

    private static func notFound(_ what: String) -> MultitaskingError {
        MultitaskingError(
            .functionNotFound,
            "the worker does not have \(what); functions of libraries loaded by dlopen after the workers started, and "
                + "types made at run time, cannot be sent")
    }
}
