import MultitaskingCore

/// How a member died, as the supervisor found it.
struct CrashRecord: Record {
    enum Field: Int, RecordField {
        case pid = 0
        case member = 8
        case phase = 16
        case status = 24
        case peakMemory = 32
    }

    static let size = 40

    let arena: Arena
    let offset: Int

    var pid: SharedWord { word(.pid) }
    var member: SharedWord { word(.member) }
    /// How far the member was with its task.
    var phase: WorkerFailure.Phase {
        get { WorkerFailure.Phase(rawValue: UInt8(truncatingIfNeeded: word(.phase).load())) ?? .running }
        nonmutating set { word(.phase).store(UInt64(newValue.rawValue)) }
    }
    var status: Shared<EndStatus> { shared(.status) }
    var peakMemory: SharedWord { word(.peakMemory) }
}

/// How a process ended: a signal or an exit code, and what had a hand in it.
struct EndStatus: BitFields, OptionSet {
    /// Bits 0...31: signal or exit code. From bit 32: the flags below.
    var rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(number: Int32, isSignal: Bool) {
        rawValue = UInt64(UInt32(bitPattern: number))
        if isSignal { insert(.signal) }
    }

    /// The signal or exit code.
    var number: Int32 { Int32(truncatingIfNeeded: rawValue & 0xffff_ffff) }
    /// What ended it, if a signal did.
    var signalNumber: Int32? { contains(.signal) ? number : nil }

    /// It was a signal.
    static let signal = EndStatus(rawValue: 1 << 32)
    /// Not known here: it was the client's child.
    static let clientChild = EndStatus(rawValue: 1 << 33)
    /// The whole supervisor died, and its workers with it.
    static let supervisor = EndStatus(rawValue: 1 << 34)
    /// It was killed because the task's time was up.
    static let timeout = EndStatus(rawValue: 1 << 35)
    /// It was killed because it held more memory than its limit.
    static let memory = EndStatus(rawValue: 1 << 36)
    /// It was killed because its pool was ended at once.
    static let poolEnd = EndStatus(rawValue: 1 << 37)
}
