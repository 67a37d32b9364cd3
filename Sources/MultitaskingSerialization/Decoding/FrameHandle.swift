/// What decoders and containers hold of a frame, except the keyed container that the frame itself keeps.
///
/// A value may keep its decoder and use it after its `init(from:)`. The stack sees it by the handle, which is then not
/// uniquely referenced, and takes another frame.
final class FrameHandle {
    let frame: DecodingFrame

    init(_ frame: DecodingFrame) { self.frame = frame }
}
