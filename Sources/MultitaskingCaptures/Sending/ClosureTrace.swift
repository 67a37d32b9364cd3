public import MultitaskingCore
public import MultitaskingSerialization

/// The addresses of a function's code and types in this process, including those of the functions it captures.
///
/// ```swift
/// let shape = try trace.shape()   // what other processes need to know, once for each closure
/// ```
///
/// A trace identifies a shape within this process. Look it up to find whether the shape is already known before you
/// create the shape, which takes a few microseconds; a lookup takes a fraction of that.
public struct ClosureTrace: Hashable, Sendable {
    /// How many functions deep the captures of captured functions are followed.
    static let depthLimit = 32

    private(set) var words: [UInt]

    /// The address of the function's code.
    public var code: UInt { words.first ?? 0 }

    /// Encodes the captured values of a function into a payload, before its arguments.
    ///
    /// - Returns: the trace, which identifies the function's ``ClosureShape``; nil if the function has no captures.
    /// - Throws: ``CaptureRefusal``; whatever `encode(to:)` of the captured values throws. After an error, the content
    ///   that follows the previous end of the payload is unspecified.
    public static func write<Function: PortableFunction>(
        _ function: Function, into writer: PayloadWriter
    ) throws -> ClosureTrace? {
        guard let words = FunctionWords(of: function), words.context != 0 else { return nil }
        guard CaptureSending.isWorking else { throw CaptureRefusal.notWorking }
        return try take(function, writer)
    }

    /// Does the same without asking whether it can be done, for the self-check.
    static func take<Function: PortableFunction>(
        _ function: Function, _ writer: PayloadWriter = PayloadWriter()
    ) throws -> ClosureTrace? {
        guard let words = FunctionWords(of: function), words.context != 0 else { return nil }
        var sink = CaptureSink(writer: writer)
        try sink.write(words)
        withExtendedLifetime(function) {}
        return ClosureTrace(words: sink.trace)
    }

    /// Returns the shape, which is valid in other processes.
    ///
    /// - Throws: ``CaptureRefusal`` if a type can't be found by name.
    public func shape() throws -> ClosureShape {
        var source = TraceSource(words: words[...])
        let function = try source.function()
        return ClosureShape(images: source.images.images, function: function)
    }
}

/// What is written while a function is taken apart.
struct CaptureSink {
    let writer: PayloadWriter
    var trace: [UInt] = []
    private var depth = 0

    init(writer: PayloadWriter) {
        self.writer = writer
        trace.reserveCapacity(8)
    }

    /// Writes the captured values of a function.
    mutating func write(_ function: FunctionWords) throws {
        guard depth < ClosureTrace.depthLimit else { throw CaptureRefusal.tooDeep }
        depth += 1
        defer { depth -= 1 }
        trace.append(function.code)
        guard let context = RawAddress(function.context) else { return trace.append(0) }
        try ContextCoder.coder(of: context).write(context, to: &self)
    }
}

/// What a trace is read by.
struct TraceSource {
    var words: ArraySlice<UInt>
    var images = ImageList()

    /// The next word.
    mutating func next() throws -> UInt {
        guard let word = words.popFirst() else { throw CaptureRefusal.unknownLayout }
        return word
    }

    /// The type whose metadata the next word names.
    mutating func nextType() throws -> TypeReference {
        guard let metadata = RawAddress(try next()) else { throw CaptureRefusal.unknownLayout }
        return try images.reference(to: metadata.type)
    }

    mutating func function() throws -> FunctionShape {
        let code = try images.location(of: try next())
        guard let metadata = RawAddress(words.first ?? 0) else {
            _ = try next()
            return FunctionShape(code: code, context: .none)
        }
        let context = try ContextCoder.coder(by: metadata) { words.dropFirst().prefix($0) }.shape(from: &self)
        return FunctionShape(code: code, context: context)
    }
}
