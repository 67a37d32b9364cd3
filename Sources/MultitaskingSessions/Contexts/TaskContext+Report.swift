extension TaskContext {
    /// Reports how far along the task is. ``PoolTask/progress``, the progress of its session, and the bar show it
    /// immediately.
    ///
    /// ```swift
    /// for (number, page) in pages.enumerated() {
    ///     try context.report(Double(number) / Double(pages.count), "page \(number + 1)")
    ///     …
    /// }
    /// ```
    ///
    /// The last report replaces earlier ones, and stays after the task has ended, even if its worker died. Reporting
    /// never blocks and makes no system call, so a task can report in every iteration of a loop, and from several
    /// threads. Reports after the end of the task are ignored, and so are all reports if the backend doesn't support
    /// them.
    ///
    /// - Parameters:
    ///   - fraction: the fraction of the work that is done, clamped to 0...1. NaN counts as 0.
    ///   - message: what the task is doing. It is truncated to 96 bytes of UTF-8, at a character boundary.
    /// - Throws: `noSuchObject` outside of a task.
    public func report(_ fraction: Double, _ message: String = "") throws {
        guard let environment else {
            throw MultitaskingError(
                .noSuchObject, "only a running task can report its progress; call this from its function")
        }
        environment.report(TaskReport(fraction, message))
    }
}
