import CMultitaskingCaptures
import MultitaskingCore

/// The images that a shape refers to, while it is made.
struct ImageList {
    private(set) var images: [ImageIdentity] = []

    /// Names an address.
    ///
    /// - Throws: `CaptureRefusal` if it lies in no image.
    mutating func location(of address: UInt) throws -> Location {
        guard let segment = Images.segment(containing: address) else { throw CaptureRefusal.outsideImages }
        let index: Int
        if let known = images.firstIndex(where: { $0.path == segment.image }) {
            index = known
        } else {
            index = images.count
            images.append(ImageIdentity(segment))
        }
        return Location(image: index, offset: address &- segment.base)
    }

    /// Names a type.
    ///
    /// - Throws: `CaptureRefusal` if nothing leads back to it.
    mutating func reference(to type: Any.Type) throws -> TypeReference {
        if let name = MangledName(of: type) { return .name(name.text) }
        // A private or local type that is not generic, by its descriptor. Not by its metadata, even if that lies in an
        // image: the runtime's first metadata comes from a buffer inside of one.
        guard let descriptor = TypeDescription.descriptor(of: type), let found = Self.type(describedAt: descriptor),
            found == type
        else { throw CaptureRefusal.unnamed(type) }
        return .descriptor(try location(of: descriptor.bits))
    }

    /// The type that a descriptor describes; nil if it is generic, or the program keeps no metadata of it.
    static func type(describedAt descriptor: RawAddress) -> Any.Type? {
        guard Images.isConstant(descriptor), descriptor.bits % 4 == 0 else { return nil }
        let flags = descriptor.load(as: UInt32.self)
        let isGeneric = flags & 0x80 != 0
        guard (16...18).contains(flags & 0x1F), !isGeneric, let access = descriptor.relative(12),
            Images.segment(containing: access.bits)?.isExecutable == true
        else { return nil }
        // SAFETY: the descriptor of a type that is not generic names its access function.
        return unsafe mc_type_by_access_function(access.pointer).map { unsafe RawAddress($0).type }
    }
}

extension ImageIdentity {
    init(_ segment: ImageSegment) {
        path = segment.image
        buildID = segment.buildID
        size = Self.size(of: Images.segments(of: segment.image))
    }

    private static func size(of segments: [ImageSegment]) -> Int {
        segments.reduce(0) { $0 + $1.range.count }
    }

    /// Where the image is in this process.
    ///
    /// - Throws: `functionNotFound` if it is not loaded, or as another build.
    func find() throws -> LoadedImage {
        let segments = Images.segments(ofFileLike: path)
        let name = path.isEmpty ? "the program" : "the image \(path)"
        guard let first = segments.first else {
            throw MultitaskingError(
                .functionNotFound,
                """
                the worker does not have \(name); link it to the program, or let an initializer of the workers load it
                """)
        }
        guard first.buildID == buildID, Self.size(of: segments) == size else {
            throw MultitaskingError(
                .functionNotFound,
                """
                the worker has another build of \(name): its build id is \(Self.text(first.buildID)), the function's \
                is \(Self.text(buildID)); run the same build everywhere
                """)
        }
        return LoadedImage(base: first.base, segments: segments)
    }

    private static func text(_ buildID: [UInt8]) -> String {
        guard !buildID.isEmpty else { return "unknown" }
        return buildID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// An image in this process.
struct LoadedImage {
    let base: UInt
    let segments: [ImageSegment]
}

/// The images of a shape in this process.
struct LoadedImages {
    private let images: [LoadedImage]

    init(_ identities: [ImageIdentity]) throws { images = try identities.map { try $0.find() } }

    /// The address of a place.
    ///
    /// - Throws: `functionNotFound` if there is no such place in what comes from the image's file.
    func address(of location: Location) throws -> RawAddress {
        guard images.indices.contains(location.image) else { throw Self.damaged }
        let image = images[location.image]
        let bits = image.base &+ location.offset
        let isInFile = image.segments.contains { $0.range.contains(bits) && bits < $0.fileEnd }
        guard isInFile, let address = RawAddress(bits) else { throw Self.damaged }
        return address
    }

    /// The type that a reference leads to.
    func type(_ reference: TypeReference) throws -> Any.Type {
        let type =
            switch reference {
            case .name(let name): MangledName(name).type
            case .descriptor(let location): ImageList.type(describedAt: try address(of: location))
            }
        guard let type else {
            throw MultitaskingError(.functionNotFound, "the worker does not have the type \(reference)")
        }
        return type
    }

    static var damaged: MultitaskingError {
        MultitaskingError(
            .functionNotFound,
            "the description of a function that captures does not fit this program; run the same build everywhere")
    }
}
