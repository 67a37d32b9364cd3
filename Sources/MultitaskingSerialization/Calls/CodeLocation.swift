internal import CMultitaskingImages
package import MultitaskingCore

/// Where code is, for another process of the same build: an image, and an offset in it.
package struct CodeLocation: Hashable, Sendable {
    /// The path of the image; empty for the program itself.
    package let image: String
    /// How far behind the image's load address the code is.
    package let offset: UInt64

    /// A place that another process has named.
    package init(image: String, offset: UInt64) {
        self.image = image
        self.offset = offset
    }

    /// How many bytes the path of an image may have: PATH_MAX.
    package static let pathLimit = 4096

    /// The place of code of this process.
    ///
    /// - Throws: `functionNotFound` if it lies in no image.
    package init(of address: FunctionAddress) throws {
        guard let (path, base) = Self.image(containing: address.code) else {
            throw MultitaskingError(
                .functionNotFound,
                "the function lies in no loaded image, so no worker can find it; submit a function of the program")
        }
        self.init(image: path, offset: UInt64(address.code - base))
    }

    /// The address in this process. Only code of the image that is named is found.
    ///
    /// - Throws: `functionNotFound`.
    package func address() throws -> FunctionAddress {
        let base = unsafe mt_image_base(image)
        guard base != .max else { throw Self.notFound("the image \(image)") }
        let address = FunctionAddress(code: base &+ UInt(truncatingIfNeeded: offset))
        guard let found = Self.image(containing: address.code), found.path == image, found.base == base else {
            throw Self.notFound("code where the function should be")
        }
        return address
    }

    /// The error for something that this process should have to run a task, and does not.
    package static func notFound(_ what: String) -> MultitaskingError {
        MultitaskingError(
            .functionNotFound,
            "the worker does not have \(what); functions of libraries loaded by dlopen after the workers started, and "
                + "types made at run time, cannot be sent")
    }

    private static func image(containing code: UInt) -> (path: String, base: UInt)? {
        var base: UInt = 0
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: pathLimit) { buffer in
            // SAFETY: at most as many bytes are written as the buffer has, of which the last is zero.
            guard let start = buffer.baseAddress,
                unsafe mt_image_containing(UnsafeRawPointer(bitPattern: code), &base, start, buffer.count)
            else { return nil }
            return unsafe (String(cString: start), base)
        }
    }
}

/// Which build of an image this is.
package struct BuildID: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    /// A build that another process has named.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// How many bytes are looked at: more than any linker makes.
    package static let byteLimit = 64

    /// The build of a loaded image; nil if there is none of this path.
    package init?(ofImage path: String) {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.byteLimit) { bytes, count in
            // SAFETY: the buffer has room for so many bytes.
            count = unsafe mt_image_build(path, bytes.baseAddress, Self.byteLimit)
        }
        guard !bytes.isEmpty else { return nil }
        self.bytes = bytes
    }

    package var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension CodeLocation {
    /// The same place as this process knows it: libraries may lie under other paths on another machine.
    package var here: CodeLocation {
        guard unsafe !image.isEmpty && mt_image_base(image) == .max,
            let name = image.split(separator: "/").last
        else { return self }
        let path = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.pathLimit) { buffer -> String? in
            // SAFETY: as above.
            guard let start = buffer.baseAddress, unsafe mt_image_named(String(name), start, buffer.count) else {
                return nil
            }
            return unsafe String(cString: start)
        }
        return path.map { CodeLocation(image: $0, offset: offset) } ?? self
    }
}
