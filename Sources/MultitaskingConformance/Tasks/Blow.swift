import MultitaskingPlatform

import MultitaskingCore

/// What can end a process.
enum Blow: String, Codable, Sendable, CaseIterable {
    case exit0, exit1, trap, segmentationFault, kill, abort, stackOverflow

    /// Makes it happen to this process.
    func strike() -> Never {
        switch self {
        case .exit0: exit(0)
        case .exit1: exit(1)
        case .trap: preconditionFailure("this trap is meant")
        case .segmentationFault: raise(SIGSEGV)
        case .kill: raise(SIGKILL)
        case .abort: platformAbort()
        case .stackOverflow: _ = overflow(1)
        }
        exit(77)
    }

    /// The signals one of which this ends a process with; empty if it exits.
    var signals: [Int32] {
        switch self {
        case .exit0, .exit1: []
        case .trap: [SIGILL, SIGTRAP]
        case .segmentationFault: [SIGSEGV]
        case .kill: [SIGKILL]
        case .abort: [SIGABRT]
        case .stackOverflow: [SIGSEGV, SIGBUS]
        }
    }

    var exitCode: Int32? {
        switch self {
        case .exit0: 0
        case .exit1: 1
        default: nil
        }
    }
}

/// What the type's case of this name hides.
private func platformAbort() -> Never { abort() }

/// Ends the thread that calls it.
func endThread() { pthread_exit(nil) }

/// Calls itself until there is no stack left; what it adds after the call keeps the compiler from making a loop of it.
@inline(never)
private func overflow(_ depth: Int) -> Int {
    guard depth < .max else { return depth }
    var room = [depth, depth + 1, depth + 2]
    room[depth % 3] = overflow(depth + 1)
    return room.reduce(1, &+)
}

/// A value that ends the process it is decoded or encoded in, if that is not the one it was made in.
struct Grenade: Codable, Sendable {
    let blow: Blow
    let phase: WorkerFailure.Phase.RawValue
    let home: Int32
    /// Makes it heavy.
    var padding: [UInt8] = []

    init(_ blow: Blow, _ phase: WorkerFailure.Phase, home: Int32 = System.processID) {
        self.blow = blow
        self.phase = phase.rawValue
        self.home = home
    }

    private enum CodingKeys: CodingKey { case blow, phase, home, padding }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        blow = try values.decode(Blow.self, forKey: .blow)
        phase = try values.decode(UInt8.self, forKey: .phase)
        home = try values.decode(Int32.self, forKey: .home)
        padding = try values.decode([UInt8].self, forKey: .padding)
        strike(in: .decoding)
    }

    func encode(to encoder: any Encoder) throws {
        strike(in: .encoding)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(blow, forKey: .blow)
        try values.encode(phase, forKey: .phase)
        try values.encode(home, forKey: .home)
        try values.encode(padding, forKey: .padding)
    }

    func strike(in phase: WorkerFailure.Phase) {
        if self.phase == phase.rawValue, home != System.processID { blow.strike() }
    }
}

/// Ends its worker in the phase that the grenade names.
func catchGrenade(_ grenade: Grenade) -> Int {
    grenade.strike(in: .running)
    return 1
}

/// Ends its worker when the result is encoded.
func throwGrenadeBack(_ blow: Blow, _ home: Int32) -> Grenade { Grenade(blow, .encoding, home: home) }

/// Sends `count` numbers, then ends its worker.
func sendAndDie(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ count: Int, _ blow: Blow) throws -> Int
{
    let queue = try channel.open(environment)
    for number in 0..<count { _ = try queue.send(number, wait: channel.limit) }
    blow.strike()
}

/// Receives `count` numbers, reports the first `done` of them, then ends its worker.
func receiveAndDie(
    _ environment: any TaskEnvironment, _ channel: ChannelTicket, _ count: Int, _ done: Int, _ blow: Blow
) throws -> Int {
    let queue = try channel.open(environment)
    for number in 0..<count {
        _ = try queue.receive(as: Int.self, wait: channel.limit)
        if number < done { try queue.taskDone() }
    }
    blow.strike()
}

/// Receives `count` numbers and returns them, reporting none.
func receiveUnreported(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ count: Int) throws -> [Int] {
    let queue = try channel.open(environment)
    return try (0..<count).compactMap { _ in try queue.receive(as: Int.self, wait: channel.limit) }
}

/// Ends its worker before attempt `last`, and returns the attempt's number then.
func dieBefore(_ environment: any TaskEnvironment, _ last: Int) -> Int {
    if environment.attempt < last { Blow.kill.strike() }
    return environment.attempt
}

/// Prints, then ends its process.
func printAndStrike(_ word: String, _ blow: Blow) -> Int {
    print(word)
    blow.strike()
}
