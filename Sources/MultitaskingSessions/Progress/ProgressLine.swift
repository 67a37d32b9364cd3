/// Puts progress into one line of text.
struct ProgressLine {
    /// How many columns there are; the line is shorter by at least one, so that no terminal wraps it.
    var width: Int
    var hasColours: Bool
    /// Whether characters other than ASCII can be shown.
    var isUnicode: Bool

    private static let barWidths = 8...40

    /// The line of a terminal: `label  40% [████░░░░░░] 40/100 3 failed 00:15 left 4/s`.
    ///
    /// What has no room is left out, the bar first; the counts and failures stay longest.
    func bar(_ snapshot: ProgressSnapshot, label: String) -> String {
        let progress = snapshot.progress
        let isUnderWay = snapshot.hasTotal && !progress.isFinished
        let left = isUnderWay ? progress.remaining.map { "\(Self.clock($0)) left" } : nil
        var room = max(0, width - 1)
        var isFirst = true
        /// The text, if there is room for it, and was for all before it.
        func fitting(_ text: String?, _ colour: Colour? = nil) -> String? {
            guard let text, !text.isEmpty else { return nil }
            let needed = Self.columns(of: text) + (isFirst ? 0 : 1)
            guard needed <= room else {
                room = 0
                return nil
            }
            room -= needed
            isFirst = false
            return colour.map { coloured(text, $0) } ?? text
        }

        // In the order of importance.
        let counts = fitting(snapshot.hasTotal ? "\(progress.done)/\(progress.total)" : "\(progress.done) done")
        let failed = fitting(progress.failed > 0 ? "\(progress.failed) failed" : nil, .red)
        let percent = fitting(snapshot.hasTotal ? Self.percent(progress.fraction) : nil)
        // The label is the user's, and must not push the numbers out.
        let name = fitting(Self.printable(label, limit: width / 3))
        let cancelled = fitting(progress.cancelled > 0 ? "\(progress.cancelled) cancelled" : nil, .yellow)
        let time = fitting(left ?? Self.clock(progress.elapsed))
        let rate = fitting(progress.rate.map { "\(Progress.brief($0))/s" })
        let barWidth = min(Self.barWidths.upperBound, room - 3)
        let hasBar = snapshot.hasTotal && barWidth >= Self.barWidths.lowerBound
        let bar = hasBar ? bar(progress, width: barWidth) : nil
        return [name, percent, bar, counts, failed, cancelled, time, rate].compactMap(\.self).joined(separator: " ")
    }

    /// A line of a log.
    static func plain(_ snapshot: ProgressSnapshot, label: String, hasColours: Bool = false) -> String {
        let line = ProgressLine(width: .max, hasColours: hasColours, isUnicode: false)
        let progress = snapshot.progress
        let label = printable(label, limit: 100)
        var text = label.isEmpty ? "" : label + ": "
        text += snapshot.hasTotal ? "\(progress.done)/\(progress.total) done" : "\(progress.done) done"
        if snapshot.hasTotal { text += " (\(percent(progress.fraction).trimmingSpaces))" }
        text += " in \(clock(progress.elapsed))"
        if progress.failed > 0 { text += ", " + line.coloured("\(progress.failed) failed", .red) }
        if progress.cancelled > 0 { text += ", " + line.coloured("\(progress.cancelled) cancelled", .yellow) }
        if let rate = progress.rate { text += ", \(Progress.brief(rate))/s" }
        if snapshot.hasTotal, !progress.isFinished, let remaining = progress.remaining {
            text += ", \(clock(remaining)) left"
        }
        return text
    }

    /// A line about a running task: `  train  40% epoch 2 of 5`. A name leaves half of the line to what is reported.
    func task(_ task: ProgressSnapshot.Task) -> String {
        let room = max(0, width - 3)
        guard let report = task.report else { return "  " + Self.printable(task.name, limit: room) }
        let name = Self.printable(task.name, limit: room / 2)
        let text = Self.percent(report.fraction) + (report.message.isEmpty ? "" : " " + report.message)
        return "  " + name + Self.printable(" " + text, limit: room - Self.columns(of: name))
    }

    private func bar(_ progress: Progress, width: Int) -> String {
        let (full, empty) = isUnicode ? ("█", "░") : ("#", ".")
        let done = min(width, Int(progress.fraction * Double(width)))
        let failed = progress.done == 0 ? 0 : min(done, (done * progress.failed + progress.done - 1) / progress.done)
        return "[" + coloured(repeated(full, done - failed), .green) + coloured(repeated(full, failed), .red)
            + repeated(empty, width - done) + "]"
    }

    private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    private enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
    }

    private func coloured(_ text: String, _ colour: Colour) -> String {
        hasColours && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// ` 45%`; 100 only when all have ended.
    private static func percent(_ fraction: Double) -> String {
        let number = String(Int(fraction * 100))
        return String(repeating: " ", count: max(0, 3 - number.count)) + number + "%"
    }

    /// `01:05`, `2:01:05`, `3 d 2 h`.
    static func clock(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds >= 86_400 { return "\(seconds / 86_400) d \(seconds % 86_400 / 3_600) h" }
        let minutes = "\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
        return seconds >= 3_600 ? "\(seconds / 3_600):\(minutes)" : minutes
    }

    /// Text of the user's or of a task's that moves no cursor, in at most `limit` columns.
    static func printable(_ text: String, limit: Int) -> String {
        var result = ""
        var room = limit
        for character in text {
            let isControl = character.unicodeScalars.contains(where: \.drivesTerminal)
            let shown = isControl ? "?" : character
            room -= columns(of: String(shown))
            guard room >= 0 else { break }
            result.append(shown)
        }
        return result
    }

    /// How many columns a text takes at most: letters of East Asia, symbols and parts of emoji take two.
    static func columns(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + ($1.value < 0x1100 ? 1 : 2) }
    }
}

extension String {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }) }
}
