import Glibc

/// What a client tells the driver, line by line through a pipe, so that it is there also if the client dies.
enum Report {
    /// Where the client is; the driver names the last such place if the client hangs or dies.
    static func progress(_ place: String) { line("@ \(place)") }

    /// Adds to a number.
    static func add(_ number: Int, to name: String) { if number != 0 { line("+ \(name) \(number)") } }

    /// Raises a number to at least this.
    static func raise(_ name: String, to number: Int) { line("^ \(name) \(number)") }

    static func breach(_ invariant: Invariant, _ what: String) {
        line("! \(invariant.rawValue) \(what.split(separator: "\n").joined(separator: " / ").prefix(2000))")
    }

    /// Reports a breach unless `condition` holds.
    static func expect(_ condition: Bool, _ invariant: Invariant, _ what: @autoclosure () -> String) {
        if !condition { breach(invariant, what()) }
    }

    /// One system call of less than a pipe's atomic size, as several threads report.
    private static func line(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
    }
}
