/// What decoders and containers hold of a frame, except keyed containers.
///
/// A value may keep its decoder and use it after its `init(from:)`. The frame sees it by the handle, which is then not
/// uniquely referenced: see ``DecodingFrame/isUsed``.
@safe final class FrameHandle {
    // SAFETY: a thread that has the handle of a frame uses the frame, so that it is not freed.
    private let unmanaged: Unmanaged<DecodingFrame>
    var frame: DecodingFrame { unsafe unmanaged.takeUnretainedValue() }

    init(_ frame: DecodingFrame) { unsafe unmanaged = .passUnretained(frame) }

    /// Does something with the frame without counting references to it.
    @inline(__always) func withFrame<Result>(_ body: (DecodingFrame) throws -> Result) rethrows -> Result {
        try unsafe unmanaged._withUnsafeGuaranteedRef(body)
    }
}
