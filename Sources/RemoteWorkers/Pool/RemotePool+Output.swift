internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

// What tasks say while they run: how far they are, and what they print.

extension RemotePool {
    /// Takes what a task says of how far it is.
    func takeReport(_ frame: Frame) throws {
        var reader = frame.reader
        let fraction = Double(bitPattern: try reader.next())
        let report = TaskReport(fraction, String(decoding: reader.rest(), as: UTF8.self))
        state.withLock { $0.runs[frame.id]?.task }?.report(report, run: frame.id)
    }

    /// Shows what a task has printed: as it is, or in lines that say whose they are.
    func print(_ frame: Frame) throws {
        var reader = frame.reader
        let stream = try reader.next(UInt8.self)
        let bytes = try frame.tail(&reader).array
        if let lines = state.withLock({ $0.lines(of: frame.id, stream, bytes) }) {
            Self.print(lines, to: stream)
        } else if options.forwardsOutput {
            Self.print(bytes, to: stream)
        }
    }

    static func print(_ bytes: [UInt8], to stream: UInt8) {
        // SAFETY: the bytes are read while they are borrowed.
        _ = unsafe bytes.withUnsafeBytes { unsafe writeWhole($0, to: stream == 2 ? 2 : 1) }
    }
}

extension TaskOptions.Output {
    /// Whether lines say whose they are.
    var isPrefixed: Bool { if case .prefixed = self { true } else { false } }
}
