extension TaskContext {
    /// Creates an array that the task can return or send without copying; `body` fills it in place.
    ///
    /// ```swift
    /// func squares(_ context: TaskContext, _ count: Int) throws -> SharedArray<Double> {
    ///     try context.makeSharedArray(of: Double.self, count: count) { elements in
    ///         for index in elements.indices { elements[index] = Double(index * index) }
    ///     }
    /// }
    /// ```
    ///
    /// Numbers that `body` doesn't write have unspecified values; elements of other types start as zero bits. In a
    /// process pool, the array uses the pool's memory, like any result, until its last handle is gone.
    /// - Throws: `invalidArgument` for a count that is negative or exceeds the address space; `arenaLimitReached`;
    ///   `noSuchObject` outside a task; whatever `body` throws.
    public func makeSharedArray<Element: BitwiseCopyable>(
        of type: Element.Type = Element.self, count: Int, _ body: (inout MutableSpan<Element>) throws -> Void
    ) throws -> SharedArray<Element> {
        guard let environment else {
            throw MultitaskingError(.noSuchObject, "a shared array is made by a task: call this from its function")
        }
        return try environment.makeSharedArray(of: type, count: count, body)
    }
}
