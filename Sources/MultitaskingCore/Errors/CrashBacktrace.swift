import Synchronization

/// The stack of a worker process at the moment when a signal or a trap ended it.
///
/// The dying process records it. Function names are looked up each time you read a frame's `symbol`, so store a name
/// that you need often.
///
/// ```swift
/// catch let error as MultitaskingError where error.code == .workerCrashed {
///     guard let failure = error.cause as? WorkerFailure, let backtrace = failure.backtrace else { throw error }
///     for frame in backtrace.frames { print(frame.symbol ?? "?", frame.image ?? "?") }
/// }
/// ```
/// It contains up to 64 frames of the thread that crashed, the innermost first. If another process sent the signal, it
/// shows the thread that runs the task. Inlined functions have no frames, and neither do functions that await an
/// `async` function, since they are on no stack.
public struct CrashBacktrace: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The frames, the innermost first.
    public let frames: [Frame]

    /// Creates a backtrace from frames, the innermost first.
    public init(frames: [Frame]) { self.frames = frames }

    /// One line for each frame.
    public var description: String { lines(.max) }

    /// How many frames there are down to the task's function; all if that cannot be told.
    ///
    /// Below it is how the package calls any task, which says nothing about this one.
    var countToTask: Int {
        // The outermost call: the task may call the package, too, and make pools of its own.
        let call = frames.lastIndex { $0.symbol?.hasPrefix(Frame.call) ?? false }
        guard let call, let task = frames[...call].lastIndex(where: { !$0.isPartOfCall }) else { return frames.count }
        return task + 1
    }

    /// One line for each of the first frames, and one that says how many are left out.
    func lines(_ limit: Int) -> String {
        var lines = frames.prefix(limit).enumerated().map { "\($0.offset) \($0.element)" }
        if frames.count > limit { lines.append("and \(frames.count - limit) more") }
        return lines.joined(separator: "\n")
    }
}

extension CrashBacktrace {
    /// One call on the stack.
    ///
    /// ```swift
    /// for frame in backtrace.frames { print(frame.symbol ?? "0x\(String(frame.address, radix: 16))") }
    /// ```
    public struct Frame: Sendable, Hashable, CustomStringConvertible {
        /// The address in the process that died.
        public let address: UInt64
        /// The path of the program or library that contains the address, if any.
        public let image: String?
        /// The address within the image's file, for tools such as `llvm-symbolizer --obj=<image> <offset>`, which print
        /// the source line.
        public let offset: UInt64
        /// Whether the address is a return address: that of the instruction after a call.
        public let isReturnAddress: Bool
        /// What another process has found, where this was decoded.
        fileprivate let known: Symbol?

        /// Creates a frame.
        public init(address: UInt64, image: String?, offset: UInt64, isReturnAddress: Bool) {
            self.init(address, image, offset, isReturnAddress, known: nil)
        }

        fileprivate init(_ address: UInt64, _ image: String?, _ offset: UInt64, _ isReturn: Bool, known: Symbol?) {
            self.address = address
            self.image = image
            self.offset = offset
            isReturnAddress = isReturn
            self.known = known
        }

        /// The demangled name of the function; nil if the image's file has no name for it or can't be read.
        /// - Complexity: O(*n*) in the number of the image's symbols; about a millisecond for a large image.
        public var symbol: String? { found?.name }

        fileprivate var found: Symbol? {
            guard let image, known == nil else { return known }
            // A call may be the last instruction of its function.
            let back: UInt64 = isReturnAddress && offset > 0 ? 1 : 0
            guard var symbol = resolver.withLock({ $0 })?(image, offset - back) else { return nil }
            symbol.distance += back
            return symbol
        }

        /// How the function begins by which each task is called.
        fileprivate static let call = "protocol witness for MultitaskingCore.TaskFunction.call("

        /// Whether the function is the package's call of a task, or between that and the task's own function.
        ///
        /// By the beginnings of names: a function that the compiler has specialized for a task, which may be all that
        /// is left of the task's own, has another one.
        fileprivate var isPartOfCall: Bool {
            guard let symbol else { return false }
            let modules = ["MultitaskingCore.", "MultitaskingSessions."]
            if symbol.hasPrefix(Self.call) { return modules.contains { symbol.contains(" in conformance \($0)") } }
            let thunk = "reabstraction thunk helper"
            return (modules + [thunk, "partial apply forwarder for \(thunk)"]).contains(where: symbol.hasPrefix)
        }

        /// The function, the offset within it, and the image.
        public var description: String {
            let file = image.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
            let place = file.map { "\($0) (0x\(String(offset, radix: 16)))" } ?? "0x\(String(address, radix: 16))"
            return found.map { "\($0.name) + \($0.distance) in \(place)" } ?? place
        }

        /// Whether both frames refer to the same place; names aren't compared.
        public static func == (a: Self, b: Self) -> Bool {
            a.address == b.address && a.image == b.image && a.offset == b.offset
                && a.isReturnAddress == b.isReturnAddress
        }

        /// Hashes the place that the frame refers to.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(address)
            hasher.combine(image)
            hasher.combine(offset)
        }
    }

    /// A function, and how far into it an address is.
    package struct Symbol: Sendable, Codable {
        var name: String
        var distance: UInt64

        package init(name: String, distance: UInt64) {
            self.name = name
            self.distance = distance
        }
    }

    /// Makes frames look up their symbols by `resolve` from now on, which is given an image and an offset.
    package static func resolveSymbols(by resolve: @escaping @Sendable (String, UInt64) -> Symbol?) {
        resolver.withLock { $0 = resolve }
    }
}

/// How symbols are looked up in this process; they can't be before there was a crash.
private let resolver = Lock<(@Sendable (String, UInt64) -> CrashBacktrace.Symbol?)?>(nil)

extension CrashBacktrace.Frame: Codable {
    private enum CodingKeys: CodingKey { case address, image, offset, isReturnAddress, symbol }

    /// Decodes a frame.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode(UInt64.self, forKey: .address), try values.decodeIfPresent(String.self, forKey: .image),
            try values.decode(UInt64.self, forKey: .offset), try values.decode(Bool.self, forKey: .isReturnAddress),
            known: try values.decodeIfPresent(CrashBacktrace.Symbol.self, forKey: .symbol))
    }

    /// Encodes the frame with its symbol, since the image may not be available where it is decoded.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(address, forKey: .address)
        try values.encodeIfPresent(image, forKey: .image)
        try values.encode(offset, forKey: .offset)
        try values.encode(isReturnAddress, forKey: .isReturnAddress)
        try values.encodeIfPresent(found, forKey: .symbol)
    }
}
