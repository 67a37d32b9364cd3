import Multitasking

/// A task's function that is handed a channel and its environment: it has no name to be submitted by otherwise.
struct Receiver: PortableFunction {
    private let function: @Sendable (any Channel) throws -> Void

    static func call(_ channel: SharedObjectID) -> Invocation<Receiver> {
        Invocation(Receiver { channel in try receiveTwoAndReportOne(channel) }, channel)
    }

    init(_ function: @escaping @Sendable (any Channel) throws -> Void) { self.function = function }

    func call(_ channel: SharedObjectID, in environment: any TaskEnvironment) throws {
        try function(try environment.channel(channel))
    }

    static func encode(_ channel: SharedObjectID, into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(channel)
    }

    static func decodeArguments(from decoder: inout some PayloadDecoder) throws -> SharedObjectID {
        try decoder.decode(SharedObjectID.self)
    }

    static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}
    static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}
}

/// The switch points are: receive, receive, taskDone, and the last receive.
private func receiveTwoAndReportOne(_ channel: any Channel) throws {
    _ = try channel.receive(as: Int.self, wait: .never)
    _ = try channel.receive(as: Int.self, wait: .never)
    try channel.taskDone()
    _ = try channel.receive(as: Int.self, wait: .never)
}

/// A task that goes on for ever when its calls fail.
enum Stubborn {
    static func call(_ channel: SharedObjectID) -> Invocation<Receiver> {
        Invocation(
            Receiver { channel in
                for _ in 0..<5_000 { _ = try? channel.send(1, wait: .never) }
            }, channel)
    }
}
