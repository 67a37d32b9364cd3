package import MultitaskingCore

/// What can be asked of a pool's hub, which has its channels and signals.
package enum HubOperation: UInt8, Sendable, Hashable {
    case makeChannel = 1
    case send = 2
    case receive = 3
    case close = 4
    case status = 5
    case taskDone = 6
    case join = 7
    case ready = 8
    case makeSignal = 9
    case set = 10
    case clear = 11
    case exists = 12
    case drop = 13
    case setUp = 14
    case sendMany = 15
    case receiveMany = 16
    case unshare = 17
    case giveBack = 18
}

/// A request to the hub.
package struct HubRequest: Sendable {
    package var operation: HubOperation
    package var object: SharedObjectID
    package var number: UInt64 = 0
    package var wait: WaitLimit = .never
    package var bytes: [UInt8] = []

    package init(
        _ operation: HubOperation, _ object: SharedObjectID, number: UInt64 = 0, wait: WaitLimit = .never,
        bytes: [UInt8] = []
    ) {
        self.operation = operation
        self.object = object
        self.number = number
        self.wait = wait
        self.bytes = bytes
    }

    /// What stands before the bytes.
    func head(pool: UInt32) -> [UInt8] {
        var writer = ByteWriter()
        writer.add(pool)
        writer.add(operation.rawValue)
        writer.add(object.rawValue)
        writer.add(number)
        writer.add(wait.microseconds)
        return writer.bytes
    }
}

extension WaitLimit {
    /// As frames have it: -1 without limit.
    package var microseconds: Int64 {
        switch self {
        case .never: 0
        case .forever: -1
        case .upTo(let duration): duration.microseconds
        }
    }
}

extension Duration {
    /// The whole microseconds from zero on, rounded up; the nearest number if they do not fit.
    package var microseconds: Int64 {
        Int64(clamping: max(0, (min(attoseconds, .max - 999_999_999_999) + 999_999_999_999) / 1_000_000_000_000))
    }
}

/// The hub's answer.
package struct HubAnswer: Sendable {
    /// How a request was answered.
    package enum Code: UInt8, Sendable, Hashable {
        /// Not within the limit.
        case no = 0
        case ok = 1
        case closed = 2
        case noSuchObject = 3
        case wrongType = 4
        case invalid = 5
        /// The hub does not answer anymore.
        case lost = 255
    }

    package let code: Code
    package let number: UInt64
    package let tail: FrameTail

    /// The answer of a hub that is gone.
    static let lost = HubAnswer(code: .lost, number: 0, tail: .empty)

    init(code: Code, number: UInt64, tail: FrameTail) {
        self.code = code
        self.number = number
        self.tail = tail
    }

    /// Reads an answer.
    package init(_ frame: Frame) throws(FrameError) {
        var reader = frame.reader
        guard let code = Code(rawValue: try reader.next()) else { throw FrameError("an answer has an unknown code") }
        self.code = code
        number = try reader.next()
        tail = try frame.tail(&reader)
    }
}
