import Synchronization

/// Blocks until one of several sources is ready: channels, signals, futures, or any mixture of them.
///
/// ```swift
/// switch try select(orders, stop, wait: .upTo(.seconds(1))) {
/// case 0: if let order = try orders.receive(as: Order.self, wait: .never) { … }
/// case 1: return
/// default: break   // a second has passed
/// }
/// ```
///
/// If several sources are ready, one is chosen at random with equal probability, so that none starves. Selecting takes
/// nothing from the source: follow up with a call that doesn't wait, and if another receiver was faster, select again.
/// A channel that is closed and empty stays ready, so leave it out of further calls.
///
/// - Parameters:
///   - sources: at least one source; see ``Selectable``. Sources may belong to different pools.
///   - wait: the maximum time to wait.
/// - Returns: the index of a source that is ready; nil if the limit passes first.
/// - Throws: `invalidArgument` without sources; an error of a pool in which waiting is no longer possible.
/// - Complexity: O(*n*) in the number of sources. To process many tasks in the order in which they end, use
///   `completions(of:)`, which looks at each task only once.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
public func select(_ sources: any Selectable..., wait: WaitLimit = .forever) throws -> Int? {
    try select(sources, wait: wait)
}

/// Blocks until one source of an array is ready; see `select`.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
public func select(_ sources: [any Selectable], wait: WaitLimit = .forever) throws -> Int? {
    let sources = try usable(sources)
    let timeline =
        sources.lazy.compactMap(timeline(of:)).first
        ?? CallersTimelines.timeline(ofCallerThatWaitsFor: sources.compactMap { $0 as? any Awaitable })
    // A time that passes only while its callers wait in it comes before the machine's.
    let station = timeline as? any SelectStation ?? sources.lazy.compactMap(\.selectStation).first
    if let station { return try station.select(sources, wait: wait) }
    if wait == .never { return firstReady(of: sources, nil) }
    guard timeline == nil else {
        throw MultitaskingError(
            .invalidArgument,
            "none of the sources can be waited for in simulated time by blocking a thread; await select instead")
    }
    return try CallbackStation().select(sources, wait: wait)
}

/// Suspends, instead of blocking, until one of several sources is ready.
///
/// - Throws: what the blocking function throws; `CancellationError` if the awaiting task is cancelled.
public func select(_ sources: any Selectable..., wait: WaitLimit = .forever) async throws -> Int? {
    try await select(sources, wait: wait)
}

/// Suspends, instead of blocking, until one source of an array is ready.
///
/// - Throws: what the blocking function throws; `CancellationError` if the awaiting task is cancelled.
public func select(_ sources: [any Selectable], wait: WaitLimit = .forever) async throws -> Int? {
    let sources = try usable(sources)
    let station = sources.lazy.compactMap(\.selectStation).first
    let timeline = sources.lazy.compactMap(timeline(of:)).first
    let deadline = WaitDeadline(wait, in: timeline.map(TimelinePart.init) as Any)
    while true {
        try Task.checkCancellation()
        if let index = firstReady(of: sources, station) { return index }
        let left = deadline.remaining
        if left.isOver { return nil }
        let watch = SelectWatch()
        defer { watch.end() }
        var refusal: (any Error)?
        _ = try await awaitCallback(left, in: timeline) { resume in
            do { try watch.begin(sources, resume) } catch {
                refusal = error
                resume()
            }
        }
        if let refusal { throw refusal }
    }
}

private func usable(_ sources: [any Selectable]) throws -> [any Selectable] {
    guard !sources.isEmpty else {
        throw MultitaskingError(
            .invalidArgument, "select needs something to select from; give it a channel or a signal")
    }
    return sources.map { ($0 as? any SourceHandle)?.selectSource ?? $0 }
}

/// The time that a source lives in, if it is not the machine's.
private func timeline(of source: any Selectable) -> (any Timeline)? {
    if let task = source as? any Awaitable { return task.timeline }
    return ((source as? SendingSide)?.channel as? any HasTimeline ?? source as? any HasTimeline)?.timeline
}

/// The index of one source that is ready, picked among all that are.
package func firstReady(of sources: [any Selectable], _ station: (any SelectStation)?) -> Int? {
    let ready = sources.indices.filter { sources[$0].isReadyForSelect }
    guard ready.count > 1 else { return ready.first }
    return ready[station?.pick(among: ready.count) ?? FairChoice.pick(among: ready.count)]
}

/// Stands for a part of the backend whose time counts.
private struct TimelinePart: HasTimeline {
    let timeline: any Timeline
}

/// Waits for several sources by their callbacks.
package final class SelectWatch: Sendable {
    private let endings = Keeper<[@Sendable () -> Void]>([])
    /// Whether a source has called, and calls no more.
    private let isSpent = Atomic<Bool>(true)

    package init() {}

    /// Begins again if one of the sources has called since the last time; whether it has.
    ///
    /// ORDERING: sequentially consistent, as the caller looks at the sources afterwards: what this begin doesn't see
    /// of a source, the look does.
    package func renew(_ sources: [any Selectable], _ wake: @escaping @Sendable () -> Void) throws -> Bool {
        guard isSpent.exchange(false, ordering: .sequentiallyConsistent) else { return false }
        end()
        try begin(sources) { [weak self] in
            self?.isSpent.store(true, ordering: .sequentiallyConsistent)
            wake()
        }
        return true
    }

    /// Calls `wake`, once or more often, when one of the sources may be ready.
    package func begin(_ sources: [any Selectable], _ wake: @escaping @Sendable () -> Void) throws {
        var begun: [@Sendable () -> Void] = []
        defer { endings.value = begun }
        for source in sources { begun.append(try source.whenReadyForSelect(wake)) }
    }

    /// Tells the sources that nobody waits anymore.
    package func end() {
        for ending in endings.value { ending() }
        endings.value = []
    }
}
