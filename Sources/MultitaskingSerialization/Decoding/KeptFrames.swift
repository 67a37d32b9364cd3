internal import Synchronization

/// Frames that left the stack but that somebody may still use, so that they must not be freed.
struct KeptFrames {
    private var frames: [DecodingFrame] = []
    /// How many frames there may be before those go that nobody uses anymore.
    private var limit = 16

    /// Keeps `frame` for as long as somebody uses it, and returns what nobody uses anymore.
    mutating func keep(_ frame: DecodingFrame) -> [DecodingFrame] {
        frames.append(frame)
        guard frames.count > limit else { return [] }
        let end = frames.partition { !$0.isUsed }
        let unused = Array(frames[end...])
        frames.removeLast(unused.count)
        limit = max(16, 2 * frames.count)
        return unused
    }

    /// Returns all frames and forgets them.
    mutating func removeAll() -> [DecodingFrame] { exchange(&frames, with: []) }
}

/// The frames of payloads that are done with.
enum LateFrames {
    private struct Frames: @unchecked Sendable {
        // SAFETY: of a frame that is kept here, nothing is used but the counts of its references.
        var frames = KeptFrames()
    }

    private struct Frame: @unchecked Sendable {
        // SAFETY: as above.
        let frame: [DecodingFrame]
    }

    private static let late = Mutex(Frames())

    /// Keeps `frame` for as long as somebody uses it; all that he can do is to find that there is nothing to read.
    static func keep(_ frame: DecodingFrame) {
        let frame = Frame(frame: [frame])
        // What goes is freed outside of the lock: that may run the code of the author of a key's type.
        _ = late.withLock { late in Frame(frame: frame.frame.flatMap { late.frames.keep($0) }) }
    }
}
