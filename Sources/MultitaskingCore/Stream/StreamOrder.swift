/// The order in which a stream returns its results.
///
/// ```swift
/// for try await (offset, result) in pool.stream(parse, lines, order: .completion) { … }
/// ```
public enum StreamOrder: Sendable, Hashable {
    /// The order of the inputs. A slow element delays the results behind it, up to the stream's limit.
    case input
    /// The order in which elements finish. The offset identifies the input of a result.
    case completion
}
