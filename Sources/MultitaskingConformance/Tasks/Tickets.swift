import MultitaskingCore

/// A channel as an argument: its reference, and how long a task waits there at most.
struct ChannelTicket: Codable, Sendable {
    let reference: SharedObjectID
    let patience: Duration

    var limit: WaitLimit { .upTo(patience) }

    func open(_ environment: any TaskEnvironment) throws -> any Channel {
        try environment.channel(reference)
    }
}

/// A cancel signal as an argument: its reference, and how long a task waits for it at most.
struct SignalTicket: Codable, Sendable {
    let reference: SharedObjectID
    let patience: Duration

    var limit: WaitLimit { .upTo(patience) }

    func open(_ environment: any TaskEnvironment) throws -> any CancelSignal {
        try environment.cancelSignal(reference)
    }
}

extension Trial {
    /// What a task finds the channel by, which stays there until the case is through with its executor.
    func ticket(_ channel: any Channel) -> ChannelTicket {
        keep(channel)
        return ChannelTicket(reference: channel.reference, patience: patience)
    }

    /// What a task finds the signal by, which stays there until the case is through with its executor.
    func ticket(_ signal: any CancelSignal) -> SignalTicket {
        keep(signal)
        return SignalTicket(reference: signal.reference, patience: patience)
    }
}
