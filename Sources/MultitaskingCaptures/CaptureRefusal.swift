public import MultitaskingCore

/// The reason why a function with captured values can't be sent to another process.
///
/// ```swift
/// catch let refusal as CaptureRefusal { throw refusal.error }   // code capturesState
/// ```
///
/// When a function is refused, nothing has been sent and nothing has changed.
public struct CaptureRefusal: Error, Sendable, Hashable {
    /// The captured value, for example "a `KeyPath<Point, Int>`".
    public let capture: String
    /// The reason why it can't be sent.
    public let reason: String
    /// What to do instead.
    public let advice: String
    /// The position of the capture, from the outside in: for example the third of five captures and, if that is a
    /// function, the first of its two.
    public private(set) var path: [Position] = []

    /// The position of a capture within a function.
    ///
    /// ```swift
    /// for position in refusal.path { print("capture \(position.number) of \(position.count)") }
    /// ```
    public struct Position: Sendable, Hashable {
        /// The number of the capture, from 1.
        public let number: Int
        /// The number of captures.
        public let count: Int
    }

    init(_ capture: String, because reason: String, _ advice: String) {
        self.capture = capture
        self.reason = reason
        self.advice = advice
    }

    func inside(_ number: Int, of count: Int) -> CaptureRefusal {
        var outer = self
        outer.path.insert(Position(number: number, count: count), at: 0)
        return outer
    }

    /// The error that a pool throws, with the code `capturesState`.
    public var error: MultitaskingError { MultitaskingError(.capturesState, description, cause: self) }
}

extension CaptureRefusal: CustomStringConvertible {
    /// The captured value, the reason why it isn't sent, and what to do instead.
    public var description: String {
        "the function captures \(capture)\(place), \(reason); \(advice)"
    }

    private var place: String {
        let places = path.filter { $0.count > 1 || path.count > 1 }.reversed().map {
            "capture \($0.number) of \($0.count)"
        }
        return places.isEmpty ? "" : " (" + places.joined(separator: ", in ") + ")"
    }
}

extension CaptureRefusal {
    private static func quote(_ type: Any.Type) -> String { "`\(TypeDescription.name(type))`" }

    static func notCodable(_ type: Any.Type) -> CaptureRefusal {
        CaptureRefusal(
            "a value of the type \(quote(type))", because: "which is not Codable",
            "conform the type to Codable, or pass the parts of the value that the function needs as arguments")
    }

    /// Captured alone, a value that is nothing but a reference to its storage looks like the object that this is.
    static func notCodable(object type: Any.Type) -> CaptureRefusal {
        CaptureRefusal(
            whole(type), because: "which is not Codable",
            "conform the class to Codable, or pass the parts of the object that the function needs as arguments; if it "
                + "is the storage of a Codable value, such as a `CharacterSet`, pass the value as an argument")
    }

    static func notCodable(_ type: Any.Type, in existential: Any.Type) -> CaptureRefusal {
        CaptureRefusal(
            "an \(quote(existential)) that holds a \(quote(type))", because: "which is not Codable",
            "conform \(quote(type)) to Codable, or pass the parts of the value that the function needs as arguments")
    }

    static func variable(_ name: String, of owner: Any.Type, in type: Any.Type) -> CaptureRefusal {
        CaptureRefusal(
            whole(type),
            because:
                "\(place(name, "variable", of: owner, in: type)) may change: a worker would have a different object",
            "make the class a struct or its variables constants, or pass what the function needs as arguments")
    }

    static func noncopyable(_ name: String, of owner: Any.Type, in type: Any.Type) -> CaptureRefusal {
        CaptureRefusal(
            whole(type),
            because: "\(place(name, "constant", of: owner, in: type)) cannot be copied, like a `Mutex` or an `Atomic`: "
                + "a worker would have a different one",
            "pass what the function needs as arguments")
    }

    private static func whole(_ type: Any.Type) -> String {
        let isObject = MetadataKind.of(type) == MetadataKind.nativeClass
        return (isObject ? "an object of the class " : "a value of the type ") + quote(type)
    }

    private static func place(_ name: String, _ kind: String, of owner: Any.Type, in type: Any.Type) -> String {
        owner == type ? "whose \(kind) `\(name)`" : "in which the \(kind) `\(name)` of a \(quote(owner))"
    }

    static func unknownClass(_ type: Any.Type) -> CaptureRefusal {
        CaptureRefusal(
            "an object of the class \(quote(type))",
            because: "which may have variables: it was built without reflection metadata",
            "pass what the function needs as arguments")
    }

    static func endless(_ part: Any.Type, in type: Any.Type) -> CaptureRefusal {
        CaptureRefusal(
            whole(type),
            because: "which may contain variables: it contains \(quote(part)), and possibly an endless sequence of "
                + "larger types",
            "pass what the function needs as arguments")
    }

    static func variable(_ type: Any.Type?) -> CaptureRefusal {
        CaptureRefusal(
            type.map { "a variable, perhaps of the type \(quote($0))" } ?? "a variable",
            because: "which this process and the function would share",
            "capture its value in a capture list, or in a constant, or pass it as an argument")
    }

    static let uncounted = CaptureRefusal(
        "a weak or unowned reference", because: "and nothing would keep its object alive in a worker",
        "pass what the function needs as arguments")

    static let address = CaptureRefusal(
        "a number or variable that is an address in this process",
        because: "which is invalid in another process",
        "pass the value at that address as an argument")

    static let builtin = CaptureRefusal(
        "something that isn't a Swift value", because: "which cannot be copied",
        "pass what the function needs as arguments")

    static let metatype = CaptureRefusal(
        "a type", because: "which is an address in this process",
        "make the function generic, or use the type by its name")

    static func functionInside(_ type: Any.Type) -> CaptureRefusal {
        CaptureRefusal(
            "a function in a value of the type \(quote(type))",
            because: "and only functions captured by themselves are sent",
            "capture the function itself")
    }

    static let unusualFunction = CaptureRefusal(
        "a function that is a C function, nonescaping, or `@isolated(any)`", because: "whose context cannot be read",
        "call it in a closure, and capture that")

    /// In optimized programs the compiler leaves out the metadata of types that nobody uses other than directly.
    static func noMetadata(_ name: MetadataName) -> CaptureRefusal {
        let type = name.readable
        return CaptureRefusal(
            "a value of the type `\(type)`",
            because:
                "whose description this build of the program lacks: the compiler removes it if "
                + "a type is "
                + "neither public nor used in generic code",
            "make `\(type)` public, or pass the value as an argument")
    }

    static let genericElsewhere = CaptureRefusal(
        "a value whose type is a generic parameter",
        because: "which can only be determined from another capture",
        "pass the value as an argument")

    static func unnamed(_ type: Any.Type) -> CaptureRefusal {
        CaptureRefusal(
            "a value of the type \(quote(type))",
            because: "which is private or local, and has no name that a worker could find",
            "make the type internal or public, or pass the value as an argument")
    }

    static let pack = CaptureRefusal(
        "values or types of a parameter pack", because: "which cannot be read", "pass them as arguments")

    static let conformance = CaptureRefusal(
        "the conformance of a generic parameter's associated type", because: "which a worker couldn't find",
        "add a generic parameter for that type, or pass the values as arguments")

    static let noReflectionMetadata = CaptureRefusal(
        "values", because: "whose types the compiler has not recorded",
        "build without `-disable-reflection-metadata`, or pass them as arguments")

    static let unknownLayout = CaptureRefusal(
        "values", because: "in a way that this package doesn't know", "pass them as arguments")

    static let outsideImages = CaptureRefusal(
        "code that was made at run time", because: "which no worker has", "submit a function of the program")

    static let tooDeep = CaptureRefusal(
        "functions that capture functions, nested more than \(ClosureTrace.depthLimit) levels deep",
        because: "which is too deep",
        "pass what they need as arguments")

    static let notWorking = CaptureRefusal(
        "values", because: "and this compiler or platform doesn't support sending closures that capture values",
        "pass them as arguments")
}
