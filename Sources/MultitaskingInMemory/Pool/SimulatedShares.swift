internal import MultitaskingCore
internal import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// The shared values of a simulated pool: found by name, as between processes, as long as anybody holds them.
final class SimulatedShares: SharedHome {
    private static let identities = Atomic<UInt64>(0)

    /// ORDERING: relaxed; it is only to be unlike all others.
    private let identity = SimulatedShares.identities.add(1, ordering: .relaxed).newValue
    private let state = Mutex(State())

    private struct State {
        var values: [UInt64: Reference] = [:]
        var names: [ObjectIdentifier: UInt64] = [:]
        var last: UInt64 = 0
        var leastCleaning = 64

        /// Forgets what nobody holds anymore.
        ///
        /// - Returns: the others, to be let go of outside of the lock: they may be held by nobody else meanwhile.
        mutating func clean() -> [any SharedObject] {
            let living = values.compactMapValues(\.object)
            values = living.mapValues(Reference.init)
            names = names.filter { living[$0.value] != nil }
            leastCleaning = max(64, 2 * living.count)
            return Array(living.values)
        }
    }

    private struct Reference {
        weak var object: (any SharedObject)?
    }

    /// Gives a value a name; to be called once for each.
    func add(_ object: any SharedObject) {
        let living = state.withLock { state in
            let living = state.values.count >= state.leastCleaning ? state.clean() : []
            state.last += 1
            state.values[state.last] = Reference(object: object)
            state.names[ObjectIdentifier(object)] = state.last
            return living
        }
        withExtendedLifetime(living) {}
    }

    /// How many values there are.
    var count: Int {
        let living = state.withLock { $0.clean() }
        return living.count
    }

    func reference(to object: any SharedObject, type: UInt64) throws -> SharedReference {
        if let file = object as? SharedFileMapping { return SharedReference(file: file.file, type: type) }
        let (name, known) = state.withLock { state in
            let name = state.names[ObjectIdentifier(object)]
            return (name, name.flatMap { state.values[$0]?.object })
        }
        // An object that is gone leaves its place in memory, and so its name, to others.
        guard let name, known === object else { throw MultitaskingError.sharedElsewhere }
        return SharedReference(home: identity, object: SharedObjectID(rawValue: name), type: type)
    }

    /// The value behind a reference.
    ///
    /// - Throws: `noSuchObject`.
    func find(_ reference: SharedReference) throws -> any SharedObject {
        if let file = reference.file { return try SharedFileMapping.find(file) }
        guard reference.home == identity else { throw MultitaskingError.sharedElsewhere }
        guard let object = state.withLock({ $0.values[reference.object.rawValue]?.object }) else {
            throw MultitaskingError.noSharedValue
        }
        return object
    }
}

/// Memory for an array that a simulated task makes without copying.
@safe
final class SimulatedMemory: SharedMemory {
    // SAFETY: allocated once, and freed when nobody has it anymore.
    private nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int) { unsafe memory = .allocate(byteCount: byteCount, alignment: 4096) }

    deinit { unsafe memory.deallocate() }

    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(memory) }

    /// Lets `body` fill it, before anybody else knows it.
    func fill(_ body: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows { try unsafe body(memory) }

    func value<Value: Portable>(as type: Value.Type, in environment: any TaskEnvironment) throws -> Value {
        throw MultitaskingError(.wrongType, "the shared value is an array, and not a \(qualifiedName(of: type))")
    }
}

/// A payload on its way, and the shared values that it refers to, which are held by it.
struct SimulatedPayload: Sendable {
    let bytes: [UInt8]
    let held: [any SharedObject]

    /// Nothing.
    static let empty = SimulatedPayload()

    private init() {
        bytes = []
        held = []
    }

    /// What `encode` writes.
    init(_ shares: SimulatedShares?, _ encode: (inout PayloadWriter) throws -> Void) throws {
        var writer = PayloadWriter(home: shares)
        try encode(&writer)
        try self.init(writer)
    }

    /// What was written.
    init(_ writer: PayloadWriter) throws {
        bytes = try writer.bytes()
        held = writer.exports?.objects ?? []
    }
}
