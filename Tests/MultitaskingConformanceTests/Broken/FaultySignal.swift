import Foundation
import MultitaskingCore
import MultitaskingThreads
import Synchronization

/// A signal of a faulty pool.
final class FaultySignal: CancelSignal {
    private let base: any CancelSignal
    private let harm: Harm
    private let hidden = Atomic<Bool>(false)
    private let looks = Atomic<Int>(0)

    init(_ base: any CancelSignal, harm: Harm) {
        self.base = base
        self.harm = harm
    }

    /// Whether this holder does not see what others do.
    var isHidden: Bool {
        get { hidden.load(ordering: .relaxed) }
        set { hidden.store(newValue, ordering: .relaxed) }
    }

    var reference: SharedObjectID { base.reference }

    var isSet: Bool {
        harm.pause()
        if harm.has(.showsSignalsLate), looks.add(1, ordering: .relaxed).newValue == 1 { return false }
        return !isHidden && base.isSet
    }

    func set() {
        harm.pause()
        base.set()
    }

    func clear() {
        harm.pause()
        if !harm.has(.ignoresClear) { base.clear() }
    }

    func waitUntilSet(_ wait: WaitLimit) -> Bool {
        harm.pause()
        return base.waitUntilSet(wait) && !isHidden
    }

    func waitUntilSet(_ wait: WaitLimit) async throws -> Bool {
        do { return try await base.waitUntilSet(wait) } catch {
            if harm.has(.ignoresCancellation) { return false }
            throw error
        }
    }
}

/// A signal that nobody sets.
enum ThreadPoolSignal {
    static func never() throws -> any CancelSignal { try pool.get().makeCancelSignal() }
    private static let pool = Result { try ThreadPool(maxWorkers: 1) }
}

/// A thread without a pool.
enum Background {
    static func run(_ body: @escaping @Sendable () -> Void) { Thread.detachNewThread(body) }
}
