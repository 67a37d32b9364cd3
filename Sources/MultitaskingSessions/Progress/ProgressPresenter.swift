internal import MultitaskingCore
internal import MultitaskingSystem

/// Shows progress again and again on a thread of its own, for as long as somebody waits.
///
/// The thread only looks: no task and no wait has to tell it anything.
final class ProgressPresenter: WaitAttendant {
    private let display: ProgressDisplay
    private let look: @Sendable () -> ProgressSnapshot?
    private let isOver = Latch()
    private let hasEnded = Latch()

    private static let interval = Duration.milliseconds(100)
    /// How often to check whether the size of the terminal has changed, which moves the lines that are shown.
    private static let sizeInterval = Duration.milliseconds(20)
    /// How often a log gets a line.
    private static let plainInterval = Duration.seconds(10)

    /// Begins to show what `look` returns; nil if nothing is to be shown.
    init?(_ display: ProgressDisplay, look: @escaping @Sendable () -> ProgressSnapshot?) {
        guard display.style != .nothing else { return nil }
        self.display = display
        self.look = look
        // Without a thread there is no bar, which is no reason to fail.
        do { try SystemThread(name: "progress") { self.run() }.detach() } catch { hasEnded.open() }
    }

    /// Shows the last state and ends; blocks for that.
    @available(*, noasync, message: "this blocks the thread")
    package func end() {
        isOver.open()
        _ = hasEnded.wait(.forever)
    }

    /// Shows the last state and ends; suspends for that.
    package func end() async { await awaitBlocking { self.end() } }

    private func run() {
        let hasColours: Bool
        if let terminal = Terminal(Self.standardError) {
            hasColours = (environmentValue("NO_COLOR") ?? "").isEmpty
            present(on: terminal, hasColours: hasColours)
        } else {
            hasColours = false
            presentInLog()
        }
        // After the terminal's lines are gone.
        writePlain(hasColours: hasColours)
        hasEnded.open()
    }

    private func present(on terminal: consuming Terminal, hasColours: Bool) {
        let isUnicode = Self.isUnicode
        let clock = ContinuousClock()
        var interval: Duration
        repeat {
            let start = clock.now
            guard let snapshot = look() else { return }
            terminal.show { columns, room in
                let line = ProgressLine(width: columns, hasColours: hasColours, isUnicode: isUnicode)
                let tasks = display.listsTasks ? snapshot.tasks.prefix(max(0, room - 1)).map(line.task) : []
                return tasks + [line.bar(snapshot, label: display.label)]
            }
            interval = .pause(afterLookOf: clock.now - start, every: Self.interval)
        } while !rest(interval, on: terminal)
    }

    /// Waits for the next look, which comes soon after a change of the terminal's size; true at the end.
    private func rest(_ interval: Duration, on terminal: borrowing Terminal) -> Bool {
        let end = ContinuousClock.now + interval
        while !terminal.hasNewSize {
            let left = end - .now
            if left <= .zero { return false }
            if isOver.wait(.upTo(min(left, Self.sizeInterval))) { return true }
        }
        return isOver.wait(.never)
    }

    private func presentInLog() {
        while !isOver.wait(.upTo(Self.plainInterval)) { writePlain() }
    }

    private func writePlain(hasColours: Bool = false) {
        guard let snapshot = look() else { return }
        let line = ProgressLine.plain(snapshot, label: display.label, hasColours: hasColours)
        writeWhole(line + "\n", to: Self.standardError)
    }

    private static let standardError: Int32 = 2

    private static var isUnicode: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environmentValue).first { !$0.isEmpty } ?? ""
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }
}

/// Runs a blocking wait and shows progress meanwhile.
@available(*, noasync, message: "this blocks the thread")
func showing<Value>(
    _ display: ProgressDisplay, _ look: @escaping @Sendable () -> ProgressSnapshot?, while wait: () throws -> Value
) rethrows -> Value {
    let presenter = ProgressPresenter(display, look: look)
    defer { presenter?.end() }
    return try wait()
}

/// Runs an asynchronous wait and shows progress meanwhile.
func showing<Value>(
    _ display: ProgressDisplay, _ look: @escaping @Sendable () -> ProgressSnapshot?,
    while wait: () async throws -> Value
) async rethrows -> Value {
    let presenter = ProgressPresenter(display, look: look)
    do {
        let value = try await wait()
        await presenter?.end()
        return value
    } catch {
        await presenter?.end()
        throw error
    }
}
