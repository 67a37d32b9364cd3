extension TaskContext {
    /// Makes an array that the task returns, or sends, without its being copied: `body` fills it where it stays.
    ///
    /// ```swift
    /// func squares(_ context: TaskContext, _ count: Int) throws -> SharedArray<Double> {
    ///     try context.makeSharedArray(of: Double.self, count: count) { elements in
    ///         for index in elements.indices { elements[index] = Double(index * index) }
    ///     }
    /// }
    /// ```
    ///
    /// Numbers that `body` does not write have whatever value was there; elements of other types begin as zero bits. In
    /// a pool of processes the array takes memory of the pool's, like any result, until the last handle is gone.
    /// - Throws: `invalidArgument` for a negative count, and one beyond all memory; `arenaLimitReached`; `noSuchObject`
    ///   outside of a task; what `body` throws.
    public func makeSharedArray<Element: BitwiseCopyable>(
        of type: Element.Type = Element.self, count: Int, _ body: (inout MutableSpan<Element>) throws -> Void
    ) throws -> SharedArray<Element> {
        guard let environment else {
            throw MultitaskingError(.noSuchObject, "a shared array is made by a task: call this from its function")
        }
        return try environment.makeSharedArray(of: type, count: count, body)
    }
}
