public import MultitaskingCore
public import MultitaskingSerialization

/// Makes functions of one shape of the values that they captured in another process.
///
/// ```swift
/// let receiver = try ClosureReceiver(shape)   // of another process of this program
/// ```
public final class ClosureReceiver: Sendable {
    private let code: UInt
    private let context: ContextReceiver

    /// Finds in this process what a shape names, and checks that contexts have the same layout here.
    ///
    /// - Throws: `functionNotFound` if something is not there, or is another build.
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

    /// Reads the captured values of one call, as ``ClosureTrace/write(_:into:)`` wrote them.
    ///
    /// What was read is the function's own; it is freed with it. If reading fails half-way, all is freed at once.
    /// - Throws: `decodeFailed`, and what `init(from:)` of the values throws; `functionNotFound` if `Function` is not
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
