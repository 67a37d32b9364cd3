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

        /// Executes a process's instructions one by one until the memory, which is mapped at `base`, is another than
        /// this says, or the system was called; then this says what there is now. How the process was found.
        func step(_ pid: pid_t, at base: UInt, instructions: inout Int) -> Int32 {
            // SAFETY: the world keeps the memory mapped there.
            unsafe pt_step_to_change(pid, descriptor, UnsafePointer(bitPattern: base), image, &instructions)
        }
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

    /// After how many instructions a victim has changed something, and which instruction was next; in memory that
    /// copies of the harness share.
    enum StepList {
        private static let capacity = 1 << 16
        // SAFETY: the memory is never unmapped, and all access is atomic and inside of it.
        private static let words =
            unsafe pt_shared_memory((2 * capacity + 2) * 8).map { base in
                (0..<2 * capacity + 2).map { unsafe SharedWord(base + $0 * 8) }
            } ?? []

        private static func value(_ index: Int) -> Int { Int(truncatingIfNeeded: words[index].load()) }

        static var count: Int { value(0) }

        static var instructions: Int {
            get { value(1) }
            set { words[1].store(UInt64(newValue)) }
        }

        static func clear() { words[0].store(0) }

        static func append(_ step: Int, at address: UInt) {
            let index = count
            guard index < capacity else { return }
            words[2 + 2 * index].store(UInt64(step))
            words[3 + 2 * index].store(UInt64(address))
            words[0].store(UInt64(index + 1))
        }

        static func step(_ index: Int) -> Int { value(2 + 2 * index) }
        static func address(_ index: Int) -> UInt { UInt(bitPattern: value(3 + 2 * index)) }
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
