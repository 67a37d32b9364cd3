extension Executor {
    /// Shares an array with the executor's tasks; see ``SharingExecutor``.
    ///
    /// - Throws: `invalidArgument` if the executor isn't a ``SharingExecutor``; whatever ``SharingExecutor`` throws.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try sharing().share(array)
    }

    /// Shares a value with the executor's tasks; see ``SharingExecutor``.
    ///
    /// - Throws: `invalidArgument` if the executor isn't a ``SharingExecutor``; whatever ``SharingExecutor`` throws.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> { try sharing().share(value) }

    private func sharing() throws -> any SharingExecutor {
        if let executor = self as? any SharingExecutor { return executor }
        throw MultitaskingError(
            .invalidArgument, "a \(type(of: self)) shares no values; pass them to each task as arguments")
    }
}
