internal import MultitaskingCore
internal import Synchronization

/// What is known about every type that was coded in this process: a lock-free cache before a locked dictionary.
///
/// A lookup that hits the cache is one load and one comparison. Types are never forgotten; a program has only so many.
@safe enum TypeTable {
    /// What is known about `type`.
    @inline(__always)
    static func info<T>(for type: T.Type) -> TypeInfo {
        // SAFETY: records are immutable and immortal.
        unsafe record(for: type).pointee.info
    }

    /// Where what is known about `type` lies, for as long as the process lives.
    @unsafe
    static func record<T>(for type: T.Type) -> UnsafePointer<Record> {
        let id = ObjectIdentifier(type)
        // SAFETY: the slots live forever, the index is masked to their number; a record that was published is never
        // written or freed.
        // ORDERING: acquiring pairs with the releasing store in `publish`: a thread that sees the record sees its
        // contents.
        if let record = unsafe slots[slotIndex(id)].load(ordering: .acquiring), unsafe record.pointee.id == id {
            return unsafe record
        }
        return unsafe slowRecord(for: type, id)
    }

    /// The name of the type with this fingerprint, if this process has met it.
    static func name(of fingerprint: UInt64) -> String? {
        registry.withLock { $0.types[fingerprint] }.map { qualifiedName(of: $0.type) }
    }

    @unsafe @inline(never)
    private static func slowRecord(for type: Any.Type, _ id: ObjectIdentifier) -> UnsafePointer<Record> {
        let known = unsafe registry.withLock { registry in
            unsafe registry.records[id].map { unsafe publish($0) }
        }
        if let known = unsafe known { return unsafe known }
        // Outside the lock: this may run user code, for example a generic type's metadata accessors.
        let info = TypeInfo(of: type)
        return unsafe registry.withLock { registry in
            if let record = unsafe registry.records[id] { return unsafe record }
            let record = UnsafeMutablePointer<Record>.allocate(capacity: 1)
            // SAFETY: freshly allocated, and never freed.
            unsafe record.initialize(to: Record(id: id, info: info))
            unsafe registry.records[id] = unsafe UnsafePointer(record)
            registry.types[info.fingerprint] = registry.types[info.fingerprint] ?? info
            return unsafe publish(UnsafePointer(record))
        }
    }

    private static func publish(_ record: UnsafePointer<Record>) -> UnsafePointer<Record> {
        // SAFETY: records are immutable and immortal.
        // ORDERING: releasing pairs with the acquiring load in `record(for:)`.
        unsafe slots[slotIndex(record.pointee.id)].store(record, ordering: .releasing)
        return unsafe record
    }

    private static func slotIndex(_ id: ObjectIdentifier) -> Int {
        // Metadata lies at multiples of eight; a multiplication spreads neighbours.
        Int(truncatingIfNeeded: (UInt64(UInt(bitPattern: id)) &* 0x9E37_79B9_7F4A_7C15) >> 54)
    }

    struct Record {
        let id: ObjectIdentifier
        let info: TypeInfo
    }

    /// The locked part.
    @safe private struct Registry {
        var records: [ObjectIdentifier: UnsafePointer<Record>] = unsafe [:]
        var types: [UInt64: TypeInfo] = [:]
    }

    private typealias Slot = Atomic<UnsafePointer<Record>?>

    // SAFETY: allocated and initialized once, never freed; 2^10 slots as `slotIndex` makes indices of ten bits.
    nonisolated(unsafe) private static let slots: UnsafeMutablePointer<Slot> = {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: 1024)
        for index in 0..<1024 { unsafe (slots + index).initialize(to: Slot(nil)) }
        return unsafe slots
    }()

    private static let registry = Mutex(Registry())
}
