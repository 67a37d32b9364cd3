import MultitaskingCore
import MultitaskingSystem

/// A shared value as this process sees it; held until the last handle is gone.
final class ProcessSharedMemory: SharedMemory, NamedSharedMemory {
    let home: SharedValues
    /// A `SharedRecord`'s name for the value.
    let name: UInt64
    let token: UInt64
    private let view: SharedView

    init(home: SharedValues, name: UInt64, token: UInt64, _ view: SharedView) {
        self.home = home
        self.name = name
        self.token = token
        self.view = view
    }

    deinit { home.release(name, token: token) }

    var bytes: UnsafeRawBufferPointer { unsafe view.bytes }

    func value<Value: Portable>(as type: Value.Type, in environment: any TaskEnvironment) throws -> Value {
        try home.value(of: self, as: type, in: environment)
    }
}

/// The bytes of a shared value.
@safe
struct SharedView: @unchecked Sendable {
    // SAFETY: the bytes are in one of the two mappings, and do not change while the value is held.
    let bytes: UnsafeRawBufferPointer
    private let arena: ArenaMapping?
    private let mapping: ReadOnlyMapping?

    /// - Parameter block: whether the value is in the arena, which the client does not map once more: it is trusted
    ///   with everything.
    init(_ arena: ArenaMapping, _ offset: Int, _ byteCount: Int, inBlock: Bool, member: Int) throws {
        guard !inBlock || member != ArenaLayout.client else {
            unsafe bytes = unsafe arena.arena.withBytes(at: offset, count: byteCount) { UnsafeRawBufferPointer($0) }
            self.arena = arena
            mapping = nil
            return
        }
        do throws(Refusal) {
            let mapping = try ReadOnlyMapping(arena.descriptor, offset: offset, count: byteCount)
            unsafe bytes = mapping.bytes
            self.mapping = mapping
            self.arena = nil
        } catch {
            throw error.error("map \(byteCount) bytes of shared memory")
        }
    }
}
