import Glibc
import MultitaskingCore

/// What a task does to its process.
enum Fate: UInt8, Codable, Sendable, Hashable {
    case returns, returnsAsync, returnsFromCopy, spins, sleeps, waitsForFlag
    case throwsCodable, throwsPlain
    case traps, segfaults, kills, aborts, exits0, exits3, exitsQuickly, overflows
    /// These end only because their time is limited.
    case stops, hangs, hangsDeafly, leavesWhenAsked
    /// Leaves a process of its own behind, and returns or dies.
    case startsProcess, startsProcessAndDies
    case diesDecoding, diesEncoding, throwsDecoding, throwsEncoding
    /// These fail at the first attempts.
    case crashesFirst, throwsFirst
    /// Passes elements of channels.
    case streams

    /// Whether the task can come to its end.
    var mayReturn: Bool {
        switch self {
        case .returns, .returnsAsync, .returnsFromCopy, .spins, .sleeps, .waitsForFlag, .leavesWhenAsked,
            .startsProcess, .crashesFirst, .throwsFirst, .streams:
            true
        default: false
        }
    }

    /// The signals one of which it dies of.
    var signals: [Int32] {
        switch self {
        case .traps: [SIGILL, SIGTRAP]
        case .segfaults, .overflows: [SIGSEGV]
        case .kills, .diesDecoding, .diesEncoding, .crashesFirst, .startsProcessAndDies: [SIGKILL]
        case .aborts: [SIGABRT]
        default: []
        }
    }

    var exitCode: Int32? {
        switch self {
        case .exits0: 0
        case .exits3: 3
        case .exitsQuickly: 4
        default: nil
        }
    }

    /// What its process is doing when it dies of itself.
    var phase: WorkerFailure.Phase {
        switch self {
        case .diesDecoding: .decoding
        case .diesEncoding: .encoding
        default: .running
        }
    }

    /// Whether the task must have a time limit.
    var needsTimeout: Bool {
        switch self {
        case .stops, .hangs, .hangsDeafly, .leavesWhenAsked: true
        default: false
        }
    }

    /// The code of the pool's own error that its function causes.
    var poolError: MultitaskingError.Code? {
        switch self {
        case .throwsDecoding: .decodeFailed
        case .throwsEncoding: .resultEncodeFailed
        default: nil
        }
    }
}

/// An error that can cross between processes.
struct CrossingFailure: Error, Codable, Equatable {
    var id: UInt32
}

/// An error that cannot.
struct PlainFailure: Error {
    var id: UInt32
}
