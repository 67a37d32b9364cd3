/// How a program displays the progress of tasks while it waits for them.
///
/// ```swift
/// try session.waitForAll(showing: .progressBar)
/// let values = try pool.map(convert, images).values(showing: .progressBar(label: "images", listsTasks: true))
/// ```
///
/// In a terminal, the bar stays in the last line, and the output of tasks and the program scrolls above it. Elsewhere,
/// such as in a pipe, a build log, or a terminal that is `dumb` or too small, a plain line appears every ten seconds
/// and at the end. The display is written to standard error, without colors if `NO_COLOR` is set in the environment.
public struct ProgressDisplay: Sendable, Hashable {
    enum Style: Sendable, Hashable {
        case nothing
        case bar
    }

    let style: Style
    let label: String
    let listsTasks: Bool

    /// Shows nothing.
    public static let nothing = ProgressDisplay(style: .nothing, label: "", listsTasks: false)

    /// A bar with counts, rate, remaining time, and failures.
    public static let progressBar = progressBar()

    /// A bar with counts, rate, remaining time, and failures.
    ///
    /// - Parameters:
    ///   - label: the text at the start of the line.
    ///   - listsTasks: whether to show the name of each running task in a line above the bar, with what it reports
    ///     (``TaskContext/report(_:_:)``), as space permits. The elements of maps and streams have no names, and
    ///     therefore no such lines.
    public static func progressBar(label: String = "", listsTasks: Bool = false) -> ProgressDisplay {
        ProgressDisplay(style: .bar, label: label, listsTasks: listsTasks)
    }
}

/// What is to be shown at one moment.
struct ProgressSnapshot: Sendable {
    var progress: Progress
    /// Whether the number of all elements is known, so that a part of it can be shown.
    var hasTotal = true
    /// The running tasks.
    var tasks: [Task] = []

    struct Task: Sendable {
        var name: String
        var report: TaskReport?
    }
}
