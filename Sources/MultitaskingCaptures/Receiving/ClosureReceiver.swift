public import MultitaskingCore
public import MultitaskingSerialization

/// Recreates functions with one shape from values that they captured in another process.
///
/// ```swift
/// let receiver = try ClosureReceiver(shape)   // of another process of this program
/// ```
public final class ClosureReceiver: Sendable {
    private let code: UInt
    private let context: ContextReceiver

    /// Resolves the names of a shape in this process, and verifies that contexts have the same layout.
    ///
    /// - Throws: `functionNotFound` if something doesn't exist or is from another build.
    public convenience init(_ shape: ClosureShape) throws {
        guard CaptureSending.isWorking else {
            throw MultitaskingError(.functionNotFound, CaptureRefusal.notWorking.description)
        }
        try self.init(unchecked: shape)
    }

    /// Does the same without asking whether it can be done, for the self-check.
    init(unchecked shape: ClosureShape) throws {
        (code, context) = try ContextReceiver.function(shape.function, try LoadedImages(shape.images))
    }

    /// Decodes the captured values of one call, which ``ClosureTrace/write(_:into:)`` encoded, and returns the
    /// function.
    ///
    /// The function owns the values, which are freed with it. If decoding fails midway, they are freed immediately.
    /// - Throws: `decodeFailed`; whatever `init(from:)` of the values throws; `functionNotFound` if `Function` isn't
    ///   the type of a function.
    public func function<Function: PortableFunction>(
        as type: Function.Type, from reader: PayloadReader
    ) throws -> Function {
        guard MemoryLayout<Function>.size == MemoryLayout<FunctionWords>.size else {
            throw MultitaskingError(.functionNotFound, "\(type) is not the size of a function")
        }
        let words = FunctionWords(code: code, context: try context.read(from: reader))
        guard let function = words.take(as: type) else { throw LoadedImages.damaged }
        return function
    }
}

/// How contexts of one shape are put together.
class ContextReceiver: @unchecked Sendable {
    // SAFETY: subclasses have constants only.

    /// Reads the captured values and makes a context of them, which the caller owns; 0 if there is none.
    func read(from reader: PayloadReader) throws -> UInt { 0 }

    /// The code of a function, and how its contexts are put together.
    static func function(_ shape: FunctionShape, _ images: LoadedImages) throws -> (UInt, ContextReceiver) {
        let code = try images.address(of: shape.code).bits
        let context: ContextReceiver =
            switch shape.context {
            case .none: ContextReceiver()
            case .closure(let shape): try ClosureContextReceiver(shape, images)
            case .object(let type): try ObjectCoders.receiver(ofObject: try images.type(type))
            case .array(let element): try ObjectCoders.receiver(ofArray: try images.type(element))
            case .objects(let types): try ObjectsReceiver(try types.map { try images.type($0) })
            case .emptyArray: EmptyArrayReceiver()
            case .error(let type): try ErrorBoxCoder.receiver(of: try images.type(type))
            }
        return (code, context)
    }

    /// Gives up what ``read(from:)`` has made.
    static func release(_ context: UInt) {
        guard let address = RawAddress(context) else { return }
        // SAFETY: the reference that `read` has made.
        unsafe Unmanaged<AnyObject>.fromOpaque(address.pointer).release()
    }
}
