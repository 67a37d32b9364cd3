/// What a program shows of the progress of what it waits for.
///
/// ```swift
/// try session.waitForAll(showing: .progressBar)
/// let values = try pool.map(convert, images).values(showing: .progressBar(label: "images", listsTasks: true))
/// ```
///
/// At a terminal, the bar stays in the last line, and what tasks and the program print scrolls above it. Elsewhere (in
/// a pipe, the log of a build server, a terminal that is `dumb` or has no room) it is a plain line every ten seconds,
/// and one at the end. It is written to standard error; with `NO_COLOR` in the environment, without colours.
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

    /// A bar with counts, rate, remaining time and failures.
    public static let progressBar = progressBar()

    /// A bar with counts, rate, remaining time and failures.
    ///
    /// - Parameters:
    ///   - label: what comes first in the line.
    ///   - listsTasks: whether to show a line above the bar for each running task, as far as there is room, with its
    ///     name. Maps and streams have no names, and no such lines.
    public static func progressBar(label: String = "", listsTasks: Bool = false) -> ProgressDisplay {
        ProgressDisplay(style: .bar, label: label, listsTasks: listsTasks)
    }
}

/// What is to be shown at one moment.
struct ProgressSnapshot: Sendable {
    var progress: Progress
    /// Whether the number of all elements is known, so that a part of it can be shown.
    var hasTotal = true
    /// A line for each running task.
    var tasks: [String] = []
}
