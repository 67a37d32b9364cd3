// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore

extension Executor {
    /// Calls a function for each element, and shows the progress:
    /// `try pool.map(isPrime, numbers, showing: .progressBar)`.
    ///
    /// Like the call without a display, but the progress is shown while you wait for the results.
    /// - Parameter display: what is shown, such as `.progressBar`.
    /// - Throws: whatever the call without a display throws.
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output,
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements, showing display: ProgressDisplay
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(function), over: Array(elements), chunkSize: chunkSize, options: options).showing(display)
    }

    /// Calls an `async` function for each element, and shows the progress.
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output,
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements, showing display: ProgressDisplay
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(function), over: Array(elements), chunkSize: chunkSize, options: options).showing(display)
    }

    /// Calls a closure for each element, and shows the progress:
    /// `try pool.map(numbers, showing: .progressBar) { $0 * 2 }`.
    ///
    /// Like the call without a display, but the progress is shown while you wait for the results.
    /// - Parameter display: what is shown, such as `.progressBar`.
    /// - Throws: whatever the call without a display throws.
    @_disfavoredOverload
    public func map<Elements: Sequence, Output: Portable>(
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements, showing display: ProgressDisplay,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(body), over: Array(elements), chunkSize: chunkSize, options: options).showing(display)
    }

    /// Calls an `async` closure for each element, and shows the progress.
    @_disfavoredOverload
    public func map<Elements: Sequence, Output: Portable>(
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements, showing display: ProgressDisplay,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(body), over: Array(elements), chunkSize: chunkSize, options: options).showing(display)
    }
}
