import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

/// Where a member writes down its stack as it dies, in shared memory, so that it is there when the member is not.
struct CrashArea {
    private let member: MemberRecord
    private var arena: Arena { member.arena }
    private var base: Int { ArenaLayout.crashTable + member.index * ArenaLayout.crashStride }

    init(_ member: MemberRecord) { self.member = member }

    /// Makes this process, which is the member, end immediately on any signal that means a crash; right after a fork,
    /// while it has one thread.
    ///
    /// - Parameter asParent: whether it was forked from the supervisor, which catches them already.
    func catchCrashes(doorbell: Int32, asParent: Bool) {
        let backtraces = Backtraces(of: arena)
        // SAFETY: both places are in the arena, which a worker or copy never unmaps, and large enough.
        unsafe arena.withBytes(at: base, count: MemoryLayout<mt_crash_area>.size) { area in
            unsafe arena.withBytes(at: member.crashWords, count: 16) { words in
                let plan = unsafe mt_crash_plan(
                    area: backtraces.areKept
                        ? area.baseAddress?.assumingMemoryBound(to: mt_crash_area.self) : nil,
                    death: words.baseAddress?.assumingMemoryBound(to: UInt64.self), doorbell: doorbell,
                    prints: backtraces.arePrinted)
                if asParent { unsafe mt_catch_crashes_as_parent(plan) } else { unsafe mt_catch_crashes(plan) }
            }
        }
    }

    /// Makes this process, which is the supervisor, end immediately on such a signal.
    static func catchCrashes(ofSupervisorIn arena: Arena) {
        let prints = Backtraces(of: arena).arePrinted
        unsafe mt_catch_crashes(mt_crash_plan(area: nil, death: nil, doorbell: -1, prints: prints))
    }

    // MARK: After the death

    private static let headerSize = 32
    private static let frameSize = MemoryLayout<mt_crash_frame>.size
    private static let frameLimit = Int(mt_crash_frame_limit)
    private static let namesOffset = headerSize + frameLimit * frameSize
    /// How many bytes `stack` has at most.
    static let byteLimit = MemoryLayout<mt_crash_area>.size

    /// The stack that the member left, packed to be sent to the client; empty if there is none.
    var stack: [UInt8] {
        guard member.crashTime.load() != 0, Backtraces(of: arena).areKept else { return [] }
        // The member may have written anything here, so nothing is believed that would not fit.
        let frames = min(Int(clamping: arena.word(base).load()), Self.frameLimit)
        let names = min(Int(clamping: arena.word(base + 8).load()), Self.byteLimit - Self.namesOffset)
        guard frames > 0 else { return [] }
        var stack: [UInt8] = []
        stack.reserveCapacity(8 + frames * Self.frameSize + names)
        unsafe withUnsafeBytes(of: UInt64(frames)) { unsafe stack.append(contentsOf: $0) }
        for (offset, count) in [(Self.headerSize, frames * Self.frameSize), (Self.namesOffset, names)] {
            unsafe arena.withBytes(at: base + offset, count: count) { unsafe stack.append(contentsOf: $0) }
        }
        return stack
    }

    /// Reads what `stack` packed; nil if there is nothing, or it is damaged.
    static func backtrace(_ stack: some RandomAccessCollection<UInt8>) -> CrashBacktrace? {
        let bytes = Array(stack)
        func number(_ offset: Int, _ size: Int) -> UInt64 {
            bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard bytes.count > 8, case let count = number(0, 8), count > 0, count <= UInt64(frameLimit),
            case let names = 8 + Int(count) * frameSize, names <= bytes.count
        else { return nil }
        let frames = stride(from: 8, to: names, by: frameSize).map { offset in
            let name = Int(number(offset + 16, 4))
            let isKnown = name > 0 && name <= bytes.count - names
            let path = isKnown ? String(decoding: bytes[(names + name - 1)...].prefix { $0 != 0 }, as: UTF8.self) : nil
            return CrashBacktrace.Frame(
                address: number(offset, 8), image: path.map { $0.isEmpty ? Symbolication.executable : $0 },
                offset: number(offset + 8, 8), isReturnAddress: number(offset + 20, 4) != 0)
        }
        Symbolication.begin()
        return CrashBacktrace(frames: frames)
    }
}

/// How frames get their names in this process, which runs the same binary.
private enum Symbolication {
    /// The path of this program.
    static let executable = SystemFiles().target("/proc/self/exe")

    /// Makes the frames of all backtraces look up their symbols here from now on.
    static func begin() { _ = isReady }

    private static let isReady: Bool = {
        CrashBacktrace.resolveSymbols { image, offset in
            var distance: UInt64 = 0
            // The file of the program may have been replaced since it was started; its path is only for people then.
            guard let name = unsafe mt_function_name(image == executable ? "" : image, offset, &distance) else {
                return nil
            }
            defer { unsafe free(name) }
            return unsafe CrashBacktrace.Symbol(name: String(cString: name), distance: distance)
        }
        return true
    }()
}
