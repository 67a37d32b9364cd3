package import MultitaskingCore
internal import Synchronization

/// How a function is named to another process, perhaps of another machine: where its code is, in which build, and what
/// its type is called.
///
/// The arguments stand behind it in the same message. All that is read is input: nothing is looked up before the build
/// was found to be the same, since the same place of another build may be any other function.
package struct PortableCall: Hashable, Sendable {
    /// Where the code is.
    package let code: CodeLocation
    /// The build of its image.
    package let build: BuildID
    /// The mangled name of the `PortableFunction` type.
    package let typeName: FunctionTypeName
    /// What more there is to say of a function that captures; empty for others.
    package let attachment: [UInt8]

    private static let version: UInt8 = 1

    /// Names a function of this process.
    ///
    /// - Throws: `functionNotFound` if it lies in no image, or in one whose build cannot be told.
    package init(_ address: FunctionAddress, _ typeName: FunctionTypeName, attachment: [UInt8] = []) throws {
        code = try CodeLocation(of: address)
        build = try Self.build(of: code.image)
        self.typeName = typeName
        self.attachment = attachment
    }

    /// The build of an image of this process, which is found out once.
    private static func build(of image: String) throws -> BuildID {
        if let known = builds.withLock({ $0[image] }) { return known }
        guard let build = BuildID(ofImage: image) else {
            throw MultitaskingError(
                .functionNotFound,
                "the build of \(image.isEmpty ? "this program" : image) can't be determined: it has no build id, and "
                    + "its file cannot be read; link it with --build-id")
        }
        builds.withLock { $0[image] = build }
        return build
    }

    private static let builds = Mutex<[String: BuildID]>([:])

    // MARK: Bytes

    /// The bytes, which stand before the arguments.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = [Self.version]
        func add<Number: FixedWidthInteger>(_ number: Number) {
            for byte in 0..<MemoryLayout<Number>.size { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
        }
        func add(_ part: some Collection<UInt8>) {
            add(UInt32(part.count))
            bytes += part
        }
        add(code.offset)
        add(build.bytes)
        add(code.image.utf8)
        add(typeName.mangled.utf8)
        add(attachment)
        return bytes
    }

    /// Reads what ``bytes`` is.
    ///
    /// - Returns: also how many bytes it has.
    /// - Throws: `decodeFailed`.
    package static func read(_ bytes: UnsafeRawBufferPointer) throws -> (call: PortableCall, byteCount: Int) {
        var position = 0
        func next(_ count: Int) throws -> UnsafeRawBufferPointer {
            guard count <= bytes.count - position else { throw Self.damaged }
            defer { position += count }
            return unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
        }
        func number<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
            unsafe try next(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
        }
        func part(_ limit: Int) throws -> [UInt8] {
            let count = try number(UInt32.self)
            guard count <= limit else { throw Self.damaged }
            return unsafe [UInt8](try next(Int(count)))
        }
        guard try number(UInt8.self) == version else { throw Self.damaged }
        let offset = try number(UInt64.self)
        let build = BuildID(bytes: try part(BuildID.byteLimit))
        let image = String(decoding: try part(CodeLocation.pathLimit), as: UTF8.self)
        let name = String(decoding: try part(FunctionTypeName.byteLimit), as: UTF8.self)
        let call = PortableCall(
            code: CodeLocation(image: image, offset: offset), build: build, typeName: FunctionTypeName(mangled: name),
            attachment: try part(attachmentLimit))
        return (call, position)
    }

    /// How many bytes may say what a function captures.
    private static let attachmentLimit = 1 << 20

    private static let damaged = MultitaskingError(
        .decodeFailed, "the bytes that name the task's function are damaged")

    private init(code: CodeLocation, build: BuildID, typeName: FunctionTypeName, attachment: [UInt8]) {
        self.code = code
        self.build = build
        self.typeName = typeName
        self.attachment = attachment
    }

    // MARK: The other side

    /// The function in this process.
    ///
    /// - Throws: `functionNotFound` if this process is another build, or does not have it.
    package func resolve() throws -> (address: FunctionAddress, type: any PortableFunction.Type) {
        let code = code.here
        let own = try Self.build(of: code.image)
        guard own == build else {
            let name = code.image.isEmpty ? "the program" : code.image
            throw MultitaskingError(
                .functionNotFound,
                "this worker runs a different build of \(name) from the one that submitted the task, so the address "
                    + "could be that of another function: the worker's build is \(own), the task's \(build); install "
                    + "the same build on all nodes, or have it shipped")
        }
        guard let type = typeName.resolve() else { throw CodeLocation.notFound("the type \(typeName.mangled)") }
        return (try code.address(), type)
    }
}
