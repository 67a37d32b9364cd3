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
    case sigkill, sigsegv, trap, exit0, exit3, quickExit, abort, throwCodable, throwPlain

    static let deadly: [Blow] = [.sigkill, .sigsegv, .trap, .exit0, .exit3, .quickExit, .abort]

    /// Makes it happen to this process.
    func strike() throws {
        switch self {
        case .sigkill: kill(getpid(), SIGKILL)
        case .sigsegv: unsafe UnsafeMutablePointer<Int>(bitPattern: 64)?.pointee = 1
        case .trap: preconditionFailure("this trap is meant")
        case .exit0: exit(0)
        case .exit3: exit(3)
        case .quickExit: _exit(4)
        case .abort: Glibc.abort()
        case .throwCodable: throw CodableFailure(number: 5)
        case .throwPlain: throw PlainFailure(number: 7)
        }
    }

    /// The signals one of which this ends a process with; empty if it exits.
    var signals: [Int32] {
        switch self {
        case .sigkill: [SIGKILL]
        case .sigsegv: [SIGSEGV]
        case .trap: [SIGILL, SIGTRAP]
        case .abort: [SIGABRT]
        case .exit0, .exit3, .quickExit, .throwCodable, .throwPlain: []
        }
    }

    var exitCode: Int32? {
        switch self {
        case .exit0: 0
        case .exit3: 3
        case .quickExit: 4
        default: nil
        }
    }
}

/// A value that strikes the process it is decoded or encoded in, if that is not the one it was made in, or only there.
struct Grenade: Codable, Sendable {
    enum Moment: String, Codable {
        case never, decodingAway, encodingAway, decodingAtHome, encodingAtHome
    }

    var blow: Blow
    var moment: Moment
    var home = getpid()

    init(_ blow: Blow, _ moment: Moment) {
        self.blow = blow
        self.moment = moment
    }

    private enum CodingKeys: CodingKey { case blow, moment, home }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        blow = try values.decode(Blow.self, forKey: .blow)
        moment = try values.decode(Moment.self, forKey: .moment)
        home = try values.decode(Int32.self, forKey: .home)
        if moment == (home == getpid() ? .decodingAtHome : .decodingAway) { try blow.strike() }
    }

    func encode(to encoder: any Encoder) throws {
        if moment == (home == getpid() ? .encodingAtHome : .encodingAway) { try blow.strike() }
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(blow, forKey: .blow)
        try values.encode(moment, forKey: .moment)
        try values.encode(home, forKey: .home)
    }
}

/// An error whose own encoding throws.
struct GrenadeFailure: Error, Codable {
    var grenade: Grenade
}
