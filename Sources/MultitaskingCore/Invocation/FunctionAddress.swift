// The one file that knows how a Swift function value lies in memory: two words, the address of its code and a pointer
// to what it captures, null if it captures nothing. This is Swift's calling convention for "thick" functions
// (swift repository, docs/ABI/CallingConvention.rst) and is verified by `FunctionAddress.selfCheck()`.

/// The address of the code of a function without captures.
///
/// ```swift
/// guard let address = FunctionAddress(of: call.function) else { throw MultitaskingError(.capturesState, "…") }
/// let function = FunctionAddress(code: address.code).function(as: Function.self)   // in the worker
/// ```
public struct FunctionAddress: Hashable, Sendable {
    /// The address of the code in this process.
    public let code: UInt

    /// Creates an address, for example from one that another process sent.
    public init(code: UInt) { self.code = code }

    /// Creates the address of `function`'s code; nil if the function has captures and therefore can't be sent.
    @inlinable
    public init?<Function: PortableFunction>(of function: Function) {
        guard MemoryLayout<Function>.size == MemoryLayout<Words>.size else { return nil }
        // SAFETY: the sizes are equal, and a `PortableFunction` holds one function value: two plain words.
        let words = unsafe unsafeBitCast(function, to: Words.self)
        guard words.context == 0 else { return nil }
        self.init(code: words.code)
    }

    /// Returns the function at this address.
    ///
    /// - Precondition: the address comes from a `Function` in the same binary, relocated by its image's offset. This
    ///   can't be checked, so pools only use addresses from their own function table.
    /// - Returns: nil if `Function` doesn't have the size of a function value.
    public func function<Function: PortableFunction>(as type: Function.Type) -> Function? {
        guard MemoryLayout<Function>.size == MemoryLayout<Words>.size else { return nil }
        // SAFETY: see the precondition; a null context is never retained, released or read by the function's code.
        return unsafe unsafeBitCast(Words(code: code, context: 0), to: Function.self)
    }

    @usableFromInline
    struct Words {
        @usableFromInline var code: UInt
        @usableFromInline var context: UInt
    }

    /// Returns whether function values have the memory layout that this file assumes. Pools check this once, and refuse
    /// to start otherwise.
    public static func selfCheck() -> Bool {
        let plain = ValueFunction<Int, Int> { { $0 &+ 1 } }
        guard let address = FunctionAddress(of: plain),
            let again = address.function(as: ValueFunction<Int, Int>.self),
            (try? again.call(ArgumentList(41), in: NoEnvironment())) == 42
        else { return false }
        let captured = Int.random(in: 1...2)
        guard FunctionAddress(of: ValueFunction<Int, Int> { { $0 &+ captured } }) == nil else { return false }
        return FunctionTypeName(of: ValueFunction<Int, Int>.self)?.resolve() == ValueFunction<Int, Int>.self
    }

    /// Whether the names of this module's types lead to another copy of it that this process has loaded.
    package static var isOfAnotherCopy: Bool {
        let type: Any.Type = ValueFunction<Int, Int>.self
        return _mangledTypeName(type).flatMap { MangledName($0).type }.map { $0 != type } ?? false
    }
}

/// The name under which another process with the same binary finds a type.
///
/// ```swift
/// guard let name = FunctionTypeName(of: Function.self) else { throw MultitaskingError(.capturesState, "…") }
/// let type = FunctionTypeName(mangled: name.mangled).resolve()                     // in the worker
/// ```
public struct FunctionTypeName: Hashable, Sendable {
    /// The mangled name.
    public let mangled: String

    /// How many bytes a name may have.
    package static let byteLimit = MangledName.byteLimit

    /// Creates a name from one that another process sent.
    public init(mangled: String) { self.mangled = mangled }

    /// Creates the name of `type`; nil if the type can't be found by name, as with private and local types.
    public init?(of type: Any.Type) {
        guard let name = MangledName(of: type) else { return nil }
        mangled = name.text
    }

    /// Returns the type with this name, if this process has it.
    ///
    /// Because the name may be forged, only names whose structure bounds the time of the lookup are looked up.
    public func resolve() -> (any PortableFunction.Type)? {
        MangledName(mangled).type as? any PortableFunction.Type
    }
}

/// The environment of the self-check, which asks it for nothing.
private struct NoEnvironment: TaskEnvironment, TaskClock {
    func channel(_ reference: SharedObjectID) throws -> any Channel { throw missing }
    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal { throw missing }
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value { throw missing }
    var clock: any TaskClock { self }
    var now: Duration { .zero }
    func sleep(for duration: Duration) {}
    private var missing: MultitaskingError { MultitaskingError(.noSuchObject, "the self-check has no environment") }
}
