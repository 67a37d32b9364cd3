import Foundation
import MultitaskingCore
import Synchronization

/// A future of a faulty pool.
final class FaultyFuture<Value: Sendable>: FutureSource {
    private let base: Future<Value>
    private let harm: Harm
    private let isPretended = Atomic<Bool>(false)
    private let questions = Atomic<Int>(0)

    init(_ base: Future<Value>, harm: Harm) {
        self.base = base
        self.harm = harm
    }

    var state: TaskState {
        harm.pause()
        return base.state
    }

    func outcome() -> TaskOutcome<Value>? {
        harm.pause()
        let outcome = base.outcome()
        let isHidden = harm.has(.swallowsAnError) || harm.has(.hidesFailures)
        if case .failure? = outcome, isHidden, let zero = 0 as? Value { return .success(zero) }
        if case .success(let value)? = outcome, value as? Int == 2, harm.has(.changesItsOutcome),
            questions.add(1, ordering: .relaxed).newValue > 1, let other = 3 as? Value
        {
            return .success(other)
        }
        if case .success(let value as Int)? = outcome, harm.has(.returnsAnotherResult),
            let other = (value &+ 1) as? Value
        {
            return .success(other)
        }
        return outcome
    }

    var failure: (any Error)? {
        let outcome = outcome()
        if case .success(let value as any Codable)? = outcome, harm.has(.decodesToTellTheEnding) {
            decodeCopy(of: value)
        }
        return outcome?.failure
    }

    private func decodeCopy<Copied: Codable>(of value: Copied) {
        _ = try? JSONDecoder().decode([Copied].self, from: JSONEncoder().encode([value]))
    }

    func waitUntilDone(_ wait: WaitLimit) -> Bool {
        harm.pause()
        return base.waitUntilDone(wait)
    }

    func whenDone(_ body: @escaping @Sendable () -> Void) {
        harm.pause()
        if harm.has(.callsBackTooEarly) { return body() }
        if harm.occasion(for: .losesManyCallbacks).map({ $0 % 5 == 0 }) ?? false { return }
        if harm.occasion(for: .losesTheWordOfAStream).map({ $0 % 3 == 0 }) ?? false { return }
        if harm.occasion(for: .forgetsACallback).map({ $0 % 4 == 0 }) ?? false { return }
        let isTwice = harm.occasion(for: .callsBackTwice).map { $0 % 4 == 0 } ?? false
        base.whenDone {
            body()
            if isTwice { body() }
        }
    }

    var report: TaskReport? {
        harm.pause()
        return harm.has(.forgetsReports) && base.isDone ? nil : base.progress
    }

    func cancel(force: Bool) -> Bool {
        if harm.has(.ignoresCancel) { return false }
        harm.pause()
        if force { _ = harm.occasion(for: .asksAllToEnd) }
        if harm.has(.startsACancelledTask) || harm.has(.cancelsNothing) { return base.state == .queued }
        return base.cancel(force: force)
    }
}
