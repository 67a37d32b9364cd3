internal import MultitaskingCore

/// What a frame is; see Docs/remote-protocol.md, which has the fields of each.
package enum FrameKind: UInt8, Sendable, Hashable, CaseIterable {
    case hello = 1
    case ready = 2
    case submit = 3
    case done = 4
    case started = 5
    case cancel = 6
    case request = 7
    case answer = 8
    case shutDown = 9
    case statistics = 10
    case makePool = 11
    case poolReady = 12
    case endPool = 13
    case poolEnded = 14
    case signals = 15
    case withdrawRequest = 16
    case output = 17
    case report = 18
    case poolLost = 19
    case finalized = 20
    case share = 21
    case fetch = 22

    case task = 64
    case result = 65
    case endTask = 66
    case note = 67
    case setUp = 68
    case unshared = 69

    /// A part of the payload of the next frame of another kind.
    case more = 127

    /// Set in a kind whose frame has the tail of its payload in a descriptor.
    package static let blobFlag: UInt8 = 0x80
    /// How many bytes a tail has at least that goes by a descriptor.
    package static let leastBlob = 1 << 20
    /// How many bytes a frame may have behind its length.
    package static let sizeLimit = 1 << 30
    /// How many bytes a payload may have, in whatever number of frames.
    package static let payloadLimit = 1 << 36
    /// The version of the protocol that this is.
    package static let version = 1

    /// Refuses arguments that no payload has room for, beside what a task has else.
    ///
    /// - Throws: `encodeFailed`.
    package static func check(argumentSize: Int) throws {
        let limit = payloadLimit - 1 << 20
        guard argumentSize > limit else { return }
        throw MultitaskingError(
            .encodeFailed,
            "the arguments have \(argumentSize) bytes, and a task of a cluster takes \(limit) at most; send them in "
                + "parts by a channel, or write a file that the task reads")
    }
}

/// What arrived isn't a frame of this protocol.
package struct FrameError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
