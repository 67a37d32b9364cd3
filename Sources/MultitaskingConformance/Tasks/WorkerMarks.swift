import Synchronization

/// What the initializers of workers in this process were given, in the order in which they ran.
enum WorkerMarks {
    private static let marks = Mutex<[Int]>([])

    static func add(_ mark: Int) { marks.withLock { $0.append(mark) } }

    /// How often an initializer was given `mark`.
    static func count(_ mark: Int) -> Int { marks.withLock { marks in marks.count { $0 == mark } } }
}
