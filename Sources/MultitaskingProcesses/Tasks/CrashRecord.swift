/// How a member died, as the supervisor found it.
struct CrashRecord {
    let arena: Arena
    let offset: Int

    private func cell(_ index: Int) -> SharedWord { arena.word(offset + index * 8) }

    var pid: SharedWord { cell(0) }
    var member: SharedWord { cell(1) }
    var phase: SharedWord { cell(2) }
    /// Bits 0...31: signal or exit code. Bit 32: it was a signal. Bit 33: not known, ask the client, whose child it
    /// was.
    var status: SharedWord { cell(3) }
    var peakMemory: SharedWord { cell(4) }

    static let signalFlag: UInt64 = 1 << 32
    static let clientChildFlag: UInt64 = 1 << 33
    /// The whole supervisor died, and its workers with it.
    static let supervisorFlag: UInt64 = 1 << 34
    /// It was killed because the task's time was up.
    static let timeoutFlag: UInt64 = 1 << 35
    /// It was killed because it held more memory than its limit.
    static let memoryFlag: UInt64 = 1 << 36
}
