/// What is left of a process that crashed in its task, in the place of the task's result.
struct CrashRemains {
    /// What the task had printed last.
    var output: [UInt8]
    /// What `CrashArea.stack` packed.
    var stack: [UInt8]

    /// How many bytes they are at most: of one size, so that a member has at most one chunk for this.
    static let byteLimit = 8 + OutputLog.byteLimit + CrashArea.byteLimit

    var isEmpty: Bool { output.isEmpty && stack.isEmpty }

    var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: output.count >> ($0 * 8)) } + output + stack }

    init(output: [UInt8], stack: [UInt8]) {
        self.output = output
        self.stack = stack
    }

    /// Reads `bytes`, of which none is believed.
    init(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        let count = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let end = 8 + Int(clamping: min(count, UInt64(OutputLog.byteLimit)))
        output = Array(bytes.dropFirst(8).prefix(end - 8))
        stack = Array(bytes.dropFirst(end))
    }
}
