extension TaskOptions {
    /// Whether they say anything about an element that would mean something else if they said it about several of them.
    var areForEachElement: Bool {
        var others = self
        others.priority = .normal
        others.seed = nil
        others.name = nil
        return others.asksForMoreThanRoom
    }

    /// Which of the waiting tasks start first.
    ///
    /// ```swift
    /// try pool.submit(answer, options: TaskOptions(priority: .high), question)
    /// ```
    ///
    /// Tasks of one priority start in the order of submission. Workers prefer higher ones, and take a lower one now and
    /// then all the same, so that none waits without end: of 16 tasks that a worker takes, one is the first of the low
    /// ones and three are the first of the normal ones, if such tasks wait. A task that runs is not interrupted.
    public enum Priority: Int, Sendable, Hashable, CaseIterable, Comparable, Codable {
        /// After the others.
        case low = -1
        /// The default.
        case normal = 0
        /// Before the others.
        case high = 1

        /// Whether the first is taken later.
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

    /// What becomes of what a task prints.
    ///
    /// ```swift
    /// let options = TaskOptions(output: .capture(limit: 64 << 10))
    /// ```
    public enum Output: Sendable, Hashable {
        /// It is printed, and that is all.
        case inherited

        /// It is printed, and the last bytes of it are also kept with the task's result: ``Future/output``.
        ///
        /// What counts is what the task prints through the C library or `print`, to standard output and standard error;
        /// not what it writes to their descriptors by other means, and not what processes print that it starts. Of a
        /// task whose worker died there are 4 KiB at most.
        ///
        /// - Parameter limit: how many bytes are kept at most, 0...16 MiB.
        case capture(limit: Int)

        /// The limit; nil if nothing is kept.
        package var limit: Int? {
            if case .capture(let limit) = self { limit } else { nil }
        }

        /// The most bytes that can be kept.
        package static let largestLimit = 16 << 20
    }
}
