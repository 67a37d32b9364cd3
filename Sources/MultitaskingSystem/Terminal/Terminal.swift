#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Android)
    internal import Android
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A terminal whose last lines stay where they are while everything else scrolls above them.
///
/// The terminal itself keeps the lines apart: it is told to scroll all lines but the last ones (DECSTBM), as `apt` does
/// it. So the output of other processes, which know nothing of them, cannot tear them. The cursor always stands above
/// these lines, where the program's next output goes.
package struct Terminal: ~Copyable {
    private let descriptor: Int32
    private var size = Size(rows: 0, columns: 0)
    private var lineCount = 0

    struct Size: Equatable {
        var rows: Int
        var columns: Int

        /// Less leaves no room for both the lines and what scrolls above them.
        var isLargeEnough: Bool { columns >= 20 && rows >= 4 }
    }

    static let save = "\u{1B}7"
    static let restore = "\u{1B}8"
    /// Lets all lines scroll, which moves the cursor, and clears what is below the cursor: the lines, wherever a change
    /// of the terminal's size has moved them.
    static let erase = save + "\u{1B}[r" + restore + "\u{1B}[J"

    /// The terminal behind a descriptor; nil if there is none, if it can only print, is too small, or is in use.
    package init?(_ descriptor: Int32) {
        guard isatty(descriptor) == 1, let type = environmentValue("TERM"), type != "dumb", !type.isEmpty,
            let size = Self.measure(descriptor), size.isLargeEnough, TerminalReset.claim(descriptor)
        else { return nil }
        self.descriptor = descriptor
    }

    deinit { TerminalReset.release(writing: lineCount > 0 ? Self.erase : "") }

    /// How many columns there are now.
    package var columns: Int { measure()?.columns ?? size.columns }

    /// How many lines may be kept: half of the terminal at most.
    package var room: Int { (measure()?.rows ?? size.rows) / 2 }

    /// Shows lines at the bottom, instead of those that were shown before.
    ///
    /// Does nothing while another job of the shell has the terminal, or the terminal has become too small.
    package mutating func show(_ lines: [String]) {
        guard tcgetpgrp(descriptor) == getpgrp() else { return }
        let now = measure() ?? size
        guard now.isLargeEnough else { return hide(now) }
        let wasReset = TerminalReset.takeWasReset()
        var text = ""
        if now != size || lines.count > lineCount || wasReset {
            if lineCount > 0, !wasReset { text += Self.erase }
            size = now
            lineCount = max(lineCount, lines.count)
            // Moves the cursor away from the last lines before the region excludes them. IND keeps its column.
            text += String(repeating: "\u{1B}D", count: lineCount) + Self.save
            text += "\u{1B}[1;\(size.rows - lineCount)r" + Self.restore + "\u{1B}[\(lineCount)A"
        }
        let shown = lines + Array(repeating: "", count: lineCount - lines.count)
        // What is restored includes the colours of the program's output.
        text += Self.save + "\u{1B}[0m"
        for (index, line) in shown.enumerated() {
            text += "\u{1B}[\(size.rows - lineCount + 1 + index);1H\u{1B}[2K" + line
        }
        TerminalReset.write(text + Self.restore)
    }

    private mutating func hide(_ now: Size) {
        if lineCount > 0 { TerminalReset.write(Self.erase) }
        lineCount = 0
        size = now
    }

    private borrowing func measure() -> Size? { Self.measure(descriptor) }

    private static func measure(_ descriptor: Int32) -> Size? {
        var window = winsize()
        // SAFETY: the system fills the local variable.
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_row > 0, window.ws_col > 0 else {
            return nil
        }
        return Size(rows: Int(window.ws_row), columns: Int(window.ws_col))
    }
}

/// Writes text in one piece, so that nobody else's output comes into the middle of it.
package func writeWhole(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var done = 0
        while done < bytes.count, let start = bytes.baseAddress {
            // SAFETY: the rest of the string's bytes, which stay where they are during the call.
            let count = unsafe write(descriptor, start + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            // A terminal that is gone, or full: the next snapshot may come through.
            guard count > 0 else { return }
            done += count
        }
    }
}

/// A variable of the environment.
package func environmentValue(_ name: String) -> String? {
    // SAFETY: the string is copied before anything else can change the environment on this thread.
    unsafe getenv(name).map { unsafe String(cString: $0) }
}
