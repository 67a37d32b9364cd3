import Synchronization

/// Suspends until a callback is called or the limit passes.
///
/// - Parameters:
///   - timeline: the timeline of the limit; nil for the machine's time.
///   - register: called once with the callback, which any thread may call, even immediately.
/// - Returns: true if the callback was called; false if the limit passed first.
/// - Throws: `CancellationError` if the awaiting task is cancelled.
public func awaitCallback(
    _ wait: WaitLimit, in timeline: (any Timeline)? = nil, register: (@escaping @Sendable () -> Void) -> Void
) async throws -> Bool {
    try Task.checkCancellation()
    let once = OnceContinuation()
    let timer: Task<Void, Never>? =
        if timeline == nil, case .upTo(let duration) = wait {
            Task.detached {
                guard (try? await sleepInSteps(for: duration)) != nil else { return }
                once.resume(with: .success(false))
            }
        } else { nil }
    defer { timer?.cancel() }
    let endWait = timeline?.beginWait(wait) { once.resume(with: .success(false)) }
    defer { endWait?(.over) }
    register {
        endWait?(.ending)
        once.resume(with: .success(true))
    }
    if case .never = wait { once.resume(with: .success(false)) }
    guard case .forever = wait else { return try await once.value() }
    return try await PoolIdentity.waitingEndlessly { try await once.value() }
}

/// Suspends until the time has passed, in steps that become longer.
///
/// Of a task that is cancelled while it sleeps, the runtime keeps what will wake it until its time has come. Most waits
/// with a limit end long before that, and would take memory for as long as the limit; so nothing sleeps for much longer
/// at once than it has been waiting already.
///
/// - Throws: `CancellationError`.
package func sleepInSteps(for duration: Duration) async throws {
    let end = ContinuousClock.now + duration.clampedForWaiting
    var step = Duration.milliseconds(100)
    while true {
        let left = ContinuousClock.now.duration(to: end)
        guard left > .zero else { return }
        try await Task.sleep(for: min(left, step))
        step *= 2
    }
}

/// A continuation that several parties may resume: the first one wins.
private final class OnceContinuation: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Bool, any Error>)
        case early(Result<Bool, any Error>)
        case resumed
    }

    private let state = Lock(State.empty)

    /// Suspends until it is resumed, possibly by the end of the awaiting task.
    func value() async throws -> Bool {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { set($0) }
        } onCancel: {
            resume(with: .failure(CancellationError()))
        }
    }

    private func set(_ continuation: CheckedContinuation<Bool, any Error>) {
        let early: Result<Bool, any Error>? = state.withLock { state in
            if case .early(let result) = state {
                state = .resumed
                return result
            }
            state = .waiting(continuation)
            return nil
        }
        if let early { continuation.resume(with: early) }
    }

    func resume(with result: Result<Bool, any Error>) {
        let continuation: CheckedContinuation<Bool, any Error>? = state.withLock { state in
            switch state {
            case .empty:
                state = .early(result)
                return nil
            case .waiting(let continuation):
                state = .resumed
                return continuation
            case .early, .resumed:
                return nil
            }
        }
        continuation?.resume(with: result)
    }
}
