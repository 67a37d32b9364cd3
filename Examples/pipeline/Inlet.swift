import Multitasking

/// The receiving end of a channel, as an argument of a task; the sending end is a `ChannelSender`.
struct Inlet: Codable, Sendable {
    let channel: any Channel

    init(_ channel: any Channel) { self.channel = channel }

    init(from decoder: any Decoder) throws {
        guard let environment = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment else {
            throw MultitaskingError(.noSuchObject, "a channel can only be decoded in a task")
        }
        channel = try environment.channel(decoder.singleValueContainer().decode(SharedObjectID.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(channel.reference)
    }
}
