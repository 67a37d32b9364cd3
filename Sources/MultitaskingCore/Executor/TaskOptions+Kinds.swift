extension TaskOptions {
    /// Whether they contain an option for an element that would mean something else for several elements.
    var areForEachElement: Bool {
        var others = self
        others.priority = .normal
        others.seed = nil
        others.name = nil
        return others.asksForMoreThanRoom
    }

    /// The options of one of several tasks, or elements, that are submitted by one call.
    package func of(task index: Int) -> TaskOptions { with(seed.map { TaskRandom.seed($0, at: index) }) }

    /// The options of a task of neighbouring elements; the seed is one from which its elements count.
    func of(elementsFrom offset: Int) -> TaskOptions { with(seed.map { TaskRandom.seed($0, from: offset) }) }

    private func with(_ seed: UInt64?) -> TaskOptions {
        guard let seed else { return self }
        var options = self
        options.seed = seed
        return options
    }

    /// How early a queued task starts, compared to others.
    ///
    /// ```swift
    /// try pool.submit(answer, options: TaskOptions(priority: .high), question)
    /// ```
    ///
    /// Tasks with the same priority start in the order of submission. Workers prefer higher priorities, but take lower
    /// ones now and then so that no task starves: of 16 tasks that a worker takes, one is the first low-priority task
    /// and three are the first normal ones, if such tasks are queued. Running tasks aren't interrupted.
    public enum Priority: Int, Sendable, Hashable, CaseIterable, Comparable, Codable {
        /// Starts after the others.
        case low = -1
        /// The default.
        case normal = 0
        /// Starts before the others.
        case high = 1

        /// Whether the first priority is lower than the second.
        public static func < (first: Self, second: Self) -> Bool { first.rawValue < second.rawValue }

        /// In which order a worker looks for tasks when it takes one for the `turn`th time.
        @inlinable
        package static func order(turn: UInt) -> (Self, Self, Self) {
            switch turn & 15 {
            case 15: (.low, .normal, .high)
            case 3, 7, 11: (.normal, .high, .low)
            default: (.high, .normal, .low)
            }
        }
    }

    /// What happens to a task's output.
    ///
    /// ```swift
    /// let options = TaskOptions(output: .capture(limit: 64 << 10))
    /// ```
    public enum Output: Sendable, Hashable {
        /// The output is printed but not captured.
        case inherited

        /// The output is printed, and its last bytes are also stored with the task's result; see ``Future/output``.
        ///
        /// This covers what the task prints to standard output and standard error with `print` or the C library's
        /// streams. It doesn't cover what the task writes directly to a file descriptor, or the output of processes
        /// that it starts. If the worker dies, at most 4 KiB are kept.
        ///
        /// - Parameter limit: the maximum number of bytes to keep, 0...16 MiB.
        case capture(limit: Int)

        /// The output is printed in whole lines, each with the task's name and worker in front:
        /// `[page-7, worker 2] converting`.
        ///
        /// Lines of tasks that run at the same time never mix. A last line without a newline is printed when the task
        /// ends, even by a crash. A line that is longer than 4 KiB continues in another one. What counts as output is
        /// the same as for ``capture(limit:)``.
        case prefixed

        /// The limit; nil if nothing is kept.
        @usableFromInline package var limit: Int? {
            if case .capture(let limit) = self { limit } else { nil }
        }

        /// The most bytes that can be kept.
        package static let largestLimit = 16 << 20
    }
}
