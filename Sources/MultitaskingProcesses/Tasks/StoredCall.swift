import MultitaskingCore
import MultitaskingSerialization

/// A call in the arena that belongs to no task: what each worker makes first, or last.
///
/// Its function is in the function table, and so are its captured values and arguments, as bytes.
struct StoredCall {
    /// The function's number.
    let function: Int
    /// Where the bytes are.
    let payload: (start: Int, count: Int)
}

extension StoredCall {
    /// Reads what `store(at:_:)` wrote; nil if there is no call.
    init?(at function: SharedWord, _ payload: StoredBytes) {
        let number = function.load()
        guard number > 0 else { return nil }
        self.function = Int(clamping: number - 1)
        self.payload = payload.range
    }

    /// Keeps it where workers look for it.
    func store(at function: SharedWord, _ payload: StoredBytes) {
        payload.range = self.payload
        function.store(UInt64(self.function + 1))
    }
}

/// A call that each worker makes, as the client has it.
protocol WorkerCall: Sendable {
    /// Makes the call in this process.
    func call(in environment: any TaskEnvironment, into encoder: inout PayloadWriter) throws

    /// Whether a forked worker makes the call as this process has it: because it captures something that need not be
    /// copied once more, or has nothing that would be decoded.
    var isForkedAsItIs: Bool { get }

    /// Whether the function captures something.
    var captures: Bool { get }

    /// Adds the call to the function table, with its captured values.
    ///
    /// - Throws: `capturesState`; `encodeFailed`; `arenaLimitReached`.
    func add(to table: FunctionTable, _ extent: inout FunctionTable.Extent) throws -> StoredCall
}

/// A function with its arguments.
struct TypedWorkerCall<Function: PortableFunction>: WorkerCall {
    let invoker: Invocation<Function>
    /// What it is to the pool, for errors.
    let role: String

    func call(in environment: any TaskEnvironment, into encoder: inout PayloadWriter) throws {
        try Function.encode(output: try invoker(in: environment), into: &encoder)
    }

    var isForkedAsItIs: Bool { captures || Function.self == PlainFunction.self }

    var captures: Bool { FunctionAddress(of: invoker.function) == nil }

    func add(to table: FunctionTable, _ extent: inout FunctionTable.Extent) throws -> StoredCall {
        guard let name = FunctionTypeName(of: Function.self) else {
            throw MultitaskingError(
                .capturesState,
                "a type among the arguments of the pool's \(role) is private or local, and has no name that a worker "
                    + "could "
                    + "find: make it internal or public")
        }
        var writer = PayloadWriter()
        let index: Int
        if let address = FunctionAddress(of: invoker.function) {
            index = try table.add(address, typeName: name.mangled, to: &extent)
        } else {
            index = try table.add(capturing: invoker.function, name, role, into: writer, to: &extent)
        }
        do { try Function.encode(invoker.arguments, into: &writer) } catch {
            throw MultitaskingError(
                .encodeFailed, "an argument of the pool's \(role) could not be encoded; fix its encode(to:)",
                cause: error)
        }
        return StoredCall(function: index, payload: try table.keep(try writer.bytes(), to: &extent))
    }
}
