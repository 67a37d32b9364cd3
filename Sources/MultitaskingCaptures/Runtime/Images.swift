import CMultitaskingCaptures
import Synchronization

/// A loaded part of an executable or library.
struct ImageSegment: Sendable {
    /// As the loader knows it; empty for the program itself.
    let image: String
    /// What addresses inside of the image are relative to.
    let base: UInt
    let range: Range<UInt>
    /// Where the part ends that comes from the file, not from memory that was made when the image was loaded.
    let fileEnd: UInt
    let isExecutable: Bool
    let buildID: [UInt8]
}

/// The images of this process.
enum Images {
    private struct Known {
        var segments: [ImageSegment] = []
        /// How often images had been loaded and unloaded before these were read.
        var changes: UInt64?
    }

    private static let known = Mutex(Known())

    /// The part of an image that an address lies in; nil if it lies in none.
    static func segment(containing address: UInt) -> ImageSegment? {
        segments { $0.first { $0.range.contains(address) } }
    }

    /// The parts of an image; none if it is not loaded.
    static func segments(of image: String) -> [ImageSegment] {
        segments { $0.filter { $0.image == image } }
    }

    /// The parts of the image of this path, or else of one whose file has the same name: on another machine, libraries
    /// may lie under other paths.
    static func segments(ofFileLike image: String) -> [ImageSegment] {
        let own = segments(of: image)
        guard own.isEmpty, let name = image.split(separator: "/").last else { return own }
        return segments { segments in
            let path = segments.first { $0.image.split(separator: "/").last == name }?.image
            return segments.filter { $0.image == path }
        }
    }

    /// Whether an address is in a program whose place the linker has decided, so that it means the same in each process
    /// of the program.
    static func isFixed(_ address: UInt) -> Bool {
        segment(containing: address).map { $0.image.isEmpty && $0.base == 0 } ?? false
    }

    /// Whether something that the compiler has laid out for good may lie here.
    static func isConstant(_ address: RawAddress) -> Bool {
        segment(containing: address.bits).map { address.bits < $0.fileEnd } ?? false
    }

    /// Looks at the segments of all images that are loaded now, which are read again only if they may be others.
    private static func segments<Found>(_ body: ([ImageSegment]) -> Found) -> Found {
        known.withLock { known in
            // Counted first: what is loaded meanwhile is read once more the next time.
            let changes = mc_image_changes()
            if known.changes != changes { known = Known(segments: read(), changes: changes) }
            return body(known.segments)
        }
    }

    private static func read() -> [ImageSegment] {
        var segments: [ImageSegment] = []
        unsafe withUnsafeMutablePointer(to: &segments) { target in
            unsafe mc_visit_segments(
                { segment, target in
                    // SAFETY: the visitor is handed a segment and the pointer below, both valid during the call.
                    guard let segment = unsafe segment?.pointee, let target = unsafe target else { return }
                    let buildID = unsafe UnsafeBufferPointer(
                        start: segment.build_id, count: Int(segment.build_id_length))
                    unsafe target.assumingMemoryBound(to: [ImageSegment].self).pointee.append(
                        ImageSegment(
                            image: String(cString: segment.image), base: UInt(segment.base),
                            range: UInt(segment.start)..<max(UInt(segment.start), UInt(segment.end)),
                            fileEnd: UInt(segment.file_end), isExecutable: segment.is_executable,
                            buildID: Array(buildID)))
                }, target)
        }
        return segments
    }
}
