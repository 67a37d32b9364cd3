#if DEBUG || TESTABLE
    import CPtrace
    @testable import MultitaskingProcesses

    /// What was in a pool's shared memory at one moment.
    @safe
    final class Image {
        // SAFETY: taken in `init`, freed in `deinit`, never null.
        private let image: OpaquePointer
        private let descriptor: Int32

        init(of mapping: ArenaMapping) throws {
            guard let image = unsafe pt_image_take(mapping.descriptor) else { throw Broken("no memory") }
            unsafe self.image = image
            descriptor = mapping.descriptor
        }

        deinit { unsafe pt_image_free(image) }

        func restore() { unsafe pt_image_restore(descriptor, image) }
    }

    /// All that the processes of one test share.
    struct State {
        private let image: Image
        private let words: [UInt64]

        init(of world: World) throws {
            image = try Image(of: world.core.mapping)
            words = Scoreboard.all
        }

        func restore() {
            image.restore()
            Scoreboard.all = words
        }
    }

    /// Words that the harness and its children share.
    enum Scoreboard {
        // SAFETY: the memory is never unmapped, and all access is atomic.
        private static let words =
            unsafe pt_shared_memory(1 << 16).map { base in
                (0..<1 << 13).map { unsafe SharedWord(base + $0 * 8) }
            } ?? []

        static func value(_ index: Int) -> UInt64 { words[index].load() }
        static func set(_ index: Int, _ value: UInt64) { words[index].store(value) }
        static func add(_ index: Int) { words[index].add(1) }

        /// Whether the victim came to the end of what it was to do.
        static let victimIsThrough = 0
        /// How often task 0, 1, … was begun.
        static let begun = 8
        private static let textLength = 64
        private static let textStart = 65

        static func clear() { all = all.map { _ in 0 } }

        /// All but the text.
        fileprivate static var all: [UInt64] {
            get { (0..<textLength).map(value) }
            set { for (index, word) in newValue.enumerated() { set(index, word) } }
        }

        /// What a child has to say.
        static var text: String {
            get {
                let bytes = (0..<Int(min(1000, value(textLength)))).map { UInt8(value(textStart + $0) & 0xff) }
                return String(decoding: bytes, as: UTF8.self)
            }
            set {
                let bytes = Array(newValue.utf8.prefix(1000))
                for (index, byte) in bytes.enumerated() { set(textStart + index, UInt64(byte)) }
                set(textLength, UInt64(bytes.count))
            }
        }
    }
#endif
