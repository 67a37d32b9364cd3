internal import MultitaskingPlatform

/// A terminal whose last lines stay where they are while everything else scrolls above them.
///
/// The terminal itself keeps the lines apart: it is told to scroll all lines but the last ones (DECSTBM), as `apt` does
/// it. So the output of other processes, which know nothing of them, cannot tear them. The cursor always stands above
/// these lines, where the program's next output goes.
package struct Terminal: ~Copyable {
    private let descriptor: Int32
    /// For which room is kept, and for how many lines.
    private var size = Size(rows: 0, columns: 0)
    private var lineCount = 0
    /// How large it was when it was looked at last.
    private var seen = Size(rows: 0, columns: 0)

    struct Size: Equatable {
        var rows: Int
        var columns: Int

        /// Less leaves no room for both the lines and what scrolls above them.
        var isLargeEnough: Bool { columns >= 20 && rows >= 4 }

        /// How many lines may be kept.
        var room: Int { rows / 2 }
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

    /// Shows lines at the bottom, instead of those that were shown before.
    ///
    /// Does nothing while another job of the shell has the terminal, or the terminal has become too small.
    ///
    /// - Parameter lines: makes the lines for so many columns, and how many there may be at most: half of the terminal.
    package mutating func show(_ lines: (_ columns: Int, _ room: Int) -> [String]) {
        seen = measure() ?? seen
        guard tcgetpgrp(descriptor) == getpgrp() else { return }
        // What comes after a change of the size goes over the lines, so one that has happened meanwhile counts at once.
        for _ in 0..<3 {
            guard seen.isLargeEnough else { return hide() }
            draw(lines(seen.columns, seen.room), in: seen)
            guard hasNewSize else { return }
            seen = measure() ?? seen
        }
    }

    /// Whether the terminal has another size than when it was looked at last.
    package var hasNewSize: Bool { measure().map { $0 != seen } ?? false }

    /// Draws the lines, and before that keeps room for them, if that is not so yet.
    ///
    /// Some terminals tell of a new size a quarter of a second late, and have wrapped what they show, and let all lines
    /// scroll, by then. So lines are cut and not wrapped, are counted from the bottom, and all below the cursor is
    /// cleared before room is kept anew.
    private mutating func draw(_ lines: [String], in now: Size) {
        let wasReset = TerminalReset.takeWasReset()
        let count = min(max(lineCount, lines.count), now.room)
        guard count > 0 else { return }
        var text = ""
        if now != size || count != lineCount || wasReset {
            if lineCount > 0 { text += Self.erase }
            (size, lineCount) = (now, count)
            // Moves the cursor away from the last lines before the region excludes them. IND keeps its column.
            text += String(repeating: "\u{1B}D", count: count) + Self.save
            text += "\u{1B}[1;\(size.rows - count)r" + Self.restore + "\u{1B}[\(count)A"
        }
        // What is restored includes the colours of the program's output. In the last line, IND does nothing as long as
        // that does not scroll; if it does, what was printed there must not be drawn over.
        text += Self.save + "\u{1B}[0m\u{1B}[?7l\u{1B}[999;1H" + String(repeating: "\u{1B}D", count: count)
        for index in 0..<count {
            let line = index < lines.count ? lines[index] : ""
            let above = count - 1 - index
            text += "\u{1B}[999;1H" + (above > 0 ? "\u{1B}[\(above)A" : "") + "\u{1B}[2K" + line
        }
        TerminalReset.write(text + "\u{1B}[?7h" + Self.restore)
    }

    private mutating func hide() {
        if lineCount > 0 { TerminalReset.write(Self.erase) }
        lineCount = 0
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
    // A terminal may be gone, or full: the next snapshot may come through.
    text.withUTF8 { _ = unsafe writeWhole(UnsafeRawBufferPointer($0), to: descriptor) }
}

/// Writes all bytes, in as few pieces as the system takes; false, and `errno` says why, if it takes no more of them.
package func writeWhole(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
        // SAFETY: the rest of the caller's bytes.
        let count = unsafe write(descriptor, start + done, bytes.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
    }
    return true
}

/// A variable of the environment.
package func environmentValue(_ name: String) -> String? {
    // SAFETY: the string is copied before anything else can change the environment on this thread.
    unsafe getenv(name).map { unsafe String(cString: $0) }
}
