/// The producing end of a ``Future`` that your own code fulfills instead of a pool.
///
/// ```swift
/// let promise = Promise<Int>()
/// connection.onReply { promise.fulfill($0.count) }
/// print(try promise.future.value(timeout: .seconds(1)))
/// ```
/// The first call of ``fulfill(_:)`` or ``fail(_:)`` counts. If a promise is released before that, its future fails
/// with `promiseDropped`, so that no caller waits indefinitely. Any thread may call any method.
///
/// Callbacks of the future are called before ``fulfill(_:)`` and ``fail(_:)`` return. Callbacks that each fulfill the
/// next promise are therefore on the stack at the same time, which has room for a few thousand of them. A chain of
/// futures that were created by `then` uses no more of the stack than a single one does.
public final class Promise<Value: Sendable>: Sendable {
    private let source: DeferredFuture<Value>

    /// Creates an unfulfilled promise.
    public init() { source = DeferredFuture() }

    deinit {
        source.end(
            .failure(
                MultitaskingError(
                    .promiseDropped,
                    "the promise of this future was dropped before fulfill or fail was called: no value will come"
                )))
    }

    /// The future that ends when the promise is fulfilled. It doesn't keep the promise alive.
    ///
    /// Cancelling the future ends it as cancelled; a later value is ignored.
    public var future: Future<Value> { Future(source) }

    /// Ends the future with a value.
    ///
    /// - Returns: false if the future has already ended, in which case its outcome doesn't change.
    @discardableResult
    public func fulfill(_ value: Value) -> Bool { source.end(.success(value)) }

    /// Ends the future with an error.
    ///
    /// - Returns: false if the future has already ended, in which case its outcome doesn't change.
    @discardableResult
    public func fail(_ error: any Error) -> Bool { source.end(.failure(error)) }

    /// Whether the future was cancelled, so that the value is no longer needed.
    public var isCancelled: Bool { source.state == .cancelled }
}

extension Promise where Value == Void {
    /// Ends the future.
    ///
    /// - Returns: false if the future has already ended, in which case its outcome doesn't change.
    @discardableResult
    public func fulfill() -> Bool { fulfill(()) }
}

extension Future {
    /// Returns a future that already has a value: `Future.completed(1)`.
    public static func completed(_ value: Value) -> Future { Future(DeferredFuture(.success(value))) }

    /// Returns a future that has already failed.
    public static func failed(_ error: any Error) -> Future { Future(DeferredFuture(.failure(error))) }
}

extension Future where Value == Void {
    /// Returns a future that has already ended.
    public static func completed() -> Future { completed(()) }
}
