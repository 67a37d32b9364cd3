/// In which order a stream gives its results.
///
/// ```swift
/// for try await (offset, result) in pool.stream(parse, lines, order: .completion) { … }
/// ```
public enum StreamOrder: Sendable, Hashable {
    /// In the order of the inputs: a slow element holds back those behind it, which wait within the stream's bound.
    case input
    /// As elements end; the offset says which input a result belongs to.
    case completion
}
