import Glibc
import MultitaskingCore

/// An error that can cross between processes.
struct CodableFailure: Error, Codable, Equatable {
    var number: Int
}

/// An error that cannot cross between processes.
struct PlainFailure: Error {
    var number: Int
}

/// What can happen to a process.
enum Blow: String, Codable, Sendable, CaseIterable {
    case sigkill, sigsegv, trap, stackOverflow, exit0, exit1, exit3, quickExit, quickExit0, abort
    case throwCodable, throwPlain

    static let deadly: [Blow] = [
        .sigkill, .sigsegv, .trap, .stackOverflow, .exit0, .exit1, .exit3, .quickExit, .quickExit0, .abort,
    ]

    /// Makes it happen to this process.
    func strike() throws {
        switch self {
        case .sigkill: kill(getpid(), SIGKILL)
        case .sigsegv: unsafe UnsafeMutablePointer<Int>(bitPattern: 64)?.pointee = 1
        // Not a failed precondition, whose message an optimized build leaves out.
        case .trap: fatalError("this trap is meant")
        case .stackOverflow: _ = overflowStack(0)
        case .exit0: exit(0)
        case .exit1: exit(1)
        case .exit3: exit(3)
        case .quickExit: _exit(4)
        case .quickExit0: _exit(0)
        case .abort: Glibc.abort()
        case .throwCodable: throw CodableFailure(number: 5)
        case .throwPlain: throw PlainFailure(number: 7)
        }
    }

    /// The signals one of which this ends a process with; empty if it exits.
    var signals: [Int32] {
        switch self {
        case .sigkill: [SIGKILL]
        case .sigsegv, .stackOverflow: [SIGSEGV]
        case .trap: [SIGILL, SIGTRAP]
        case .abort: [SIGABRT]
        case .exit0, .exit1, .exit3, .quickExit, .quickExit0, .throwCodable, .throwPlain: []
        }
    }

    var exitCode: Int32? {
        switch self {
        case .exit0, .quickExit0: 0
        case .exit1: 1
        case .exit3: 3
        case .quickExit: 4
        default: nil
        }
    }
}

/// Recurs until the stack is used up.
@inline(never)
private func overflowStack(_ depth: Int) -> Int {
    unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { bytes in
        unsafe bytes.storeBytes(of: depth, as: Int.self)
        // The condition is only there because a recursion that has no end is warned of.
        let deeper = depth == .max ? 0 : overflowStack(depth + 1)
        return unsafe deeper &+ bytes.load(as: Int.self)
    }
}

/// A value that strikes the process it is decoded, encoded or let go in, if that is not the one it was made in, or only
/// there.
struct Grenade: Codable, Sendable {
    enum Moment: String, Codable {
        case never, decodingAway, encodingAway, decodingAtHome, encodingAtHome, releasedAway
    }

    var blow: Blow
    var moment: Moment
    var home: Int32
    /// So many bytes travel before the blow does.
    private var padding: [UInt8]
    private let pin: Pin?

    init(_ blow: Blow, _ moment: Moment, home: Int32 = getpid(), padding: Int = 0) {
        self.blow = blow
        self.moment = moment
        self.home = home
        self.padding = [UInt8](repeating: 5, count: padding)
        pin = moment == .releasedAway && home != getpid() ? Pin(blow) : nil
    }

    private enum CodingKeys: CodingKey { case padding, blow, moment, home }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        padding = try values.decode([UInt8].self, forKey: .padding)
        blow = try values.decode(Blow.self, forKey: .blow)
        moment = try values.decode(Moment.self, forKey: .moment)
        home = try values.decode(Int32.self, forKey: .home)
        pin = nil
        if moment == (home == getpid() ? .decodingAtHome : .decodingAway) { try blow.strike() }
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(padding, forKey: .padding)
        if moment == (home == getpid() ? .encodingAtHome : .encodingAway) { try blow.strike() }
        try values.encode(blow, forKey: .blow)
        try values.encode(moment, forKey: .moment)
        try values.encode(home, forKey: .home)
    }
}

/// Strikes when it is let go.
private final class Pin: Sendable {
    private let blow: Blow
    init(_ blow: Blow) { self.blow = blow }
    deinit { try? blow.strike() }
}

/// An error whose own encoding throws.
struct GrenadeFailure: Error, Codable {
    var grenade: Grenade
}
