/// A description of a function with captures, except for the captured values: its code and the layout of its context.
///
/// ```swift
/// let bytes = try encodePayload(trace.shape())
/// let receiver = try ClosureReceiver(try decodePayload(ClosureShape.self, from: bytes))
/// ```
///
/// A shape is valid in every process of the same program: it refers to code and metadata by image and offset, and to
/// types by name. Two calls of the same closure have the same shape, whatever values they capture, as long as captured
/// protocol types, classes, and functions contain the same types.
///
/// A backend sends a shape once, and the values of each call as ``ClosureTrace/write(_:into:)`` encodes them. On the
/// other side, ``ClosureReceiver`` recreates functions from both.
public struct ClosureShape: Codable, Hashable, Sendable {
    /// The executables and libraries that the shape refers to.
    public internal(set) var images: [ImageIdentity]
    let function: FunctionShape
}

/// The identity of an executable or library, including its build.
///
/// ```swift
/// for image in shape.images { print(image.path, image.buildID) }
/// ```
public struct ImageIdentity: Codable, Hashable, Sendable {
    /// The path under which it was loaded; empty for the program itself.
    ///
    /// Another process may have it under another path, if the name of the file is the same.
    public let path: String
    /// The linker's build ID; empty if the image was linked without one.
    public let buildID: [UInt8]
    /// The number of bytes in memory, which distinguishes builds without a build ID.
    public let size: Int
}

/// A place in an image.
struct Location: Codable, Hashable, Sendable {
    /// Which of the shape's images.
    let image: Int
    let offset: UInt
}

/// A type, as another process of the same program finds it.
enum TypeReference: Codable, Hashable, Sendable {
    /// By its mangled name.
    case name(String)
    /// By its descriptor, since private types are not found by their names.
    case descriptor(Location)
}

struct FunctionShape: Codable, Hashable, Sendable {
    let code: Location
    let context: ContextShape
}

/// What the context of a function is.
indirect enum ContextShape: Codable, Hashable, Sendable {
    /// There is none.
    case none
    /// One that the compiler has made for the captures.
    case closure(ClosureContextShape)
    /// An object, which is the only capture.
    case object(TypeReference)
    /// The storage of an array of such elements, which is the only capture.
    case array(of: TypeReference)
    /// The storage of an array of objects of these classes.
    case objects([TypeReference])
    /// The storage that all empty arrays share.
    case emptyArray
    /// The box of an error, which is the only capture.
    case error(TypeReference)
}

struct ClosureContextShape: Codable, Hashable, Sendable {
    let metadata: Location
    let size: Int
    let alignmentMask: Int
    let bindings: [BindingShape]
    let captures: [CaptureShape]
}

/// What a generic function's context holds for its parameters.
enum BindingShape: Codable, Hashable, Sendable {
    case type(TypeReference)
    /// A conformance, looked up by type and protocol.
    case conformance(TypeReference, Location)
    /// A conformance whose table is a constant of an image.
    case constantConformance(Location)
}

/// What a capture is, as far as that depends on the value.
indirect enum CaptureShape: Codable, Hashable, Sendable {
    case value
    case object(TypeReference?)
    /// An array of objects of these classes.
    case objects([TypeReference])
    case existential(TypeReference)
    case function(FunctionShape)
    case tuple([CaptureShape])
}
