/// A value that somebody will give: the other end of a ``Future`` that no pool fills.
///
/// ```swift
/// let promise = Promise<Int>()
/// connection.onReply { promise.fulfill($0.count) }
/// print(try promise.future.value(timeout: .seconds(1)))
/// ```
/// The first call of ``fulfill(_:)`` or ``fail(_:)`` counts. A promise that is dropped before that fails its future
/// with `promiseDropped`, so that nobody waits for what cannot come. Everything may be called from any thread.
public final class Promise<Value: Sendable>: Sendable {
    private let source: DeferredFuture<Value>

    /// Makes a promise that nobody has fulfilled.
    public init() { source = DeferredFuture() }

    deinit {
        source.end(
            .failure(
                MultitaskingError(
                    .promiseDropped,
                    "the promise of this future was dropped before fulfill or fail was called: no value will come"
                )))
    }

    /// The future that ends when the promise is fulfilled; it does not keep the promise alive.
    ///
    /// Cancelling it ends it as cancelled; what is promised later is ignored.
    public var future: Future<Value> { Future(source) }

    /// Ends the future with a value.
    ///
    /// - Returns: false if the future has ended already, and keeps its outcome.
    @discardableResult
    public func fulfill(_ value: Value) -> Bool { source.end(.success(value)) }

    /// Ends the future with an error.
    ///
    /// - Returns: false if the future has ended already, and keeps its outcome.
    @discardableResult
    public func fail(_ error: any Error) -> Bool { source.end(.failure(error)) }

    /// Whether the future was cancelled, so that nobody wants the value any more.
    public var isCancelled: Bool { source.state == .cancelled }
}

extension Promise where Value == Void {
    /// Ends the future.
    ///
    /// - Returns: false if the future has ended already, and keeps its outcome.
    @discardableResult
    public func fulfill() -> Bool { fulfill(()) }
}

extension Future {
    /// A future that has a value from the beginning: `Future.completed(1)`.
    public static func completed(_ value: Value) -> Future { Future(DeferredFuture(.success(value))) }

    /// A future that has failed from the beginning.
    public static func failed(_ error: any Error) -> Future { Future(DeferredFuture(.failure(error))) }
}

extension Future where Value == Void {
    /// A future that has ended from the beginning.
    public static func completed() -> Future { completed(()) }
}
