import MultitaskingCore
import Synchronization

/// A flag to look at, and the same under a lock to wait for.
final class SmallSignal: CancelSignal {
    let reference: SharedObjectID
    private let flag = Atomic<Bool>(false)
    private let watched = Watched(false)

    init(reference: SharedObjectID) { self.reference = reference }

    // ORDERING: acquiring, pairs with the releasing of `change`: who sees it set sees what was done before.
    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { change(to: true) }
    func clear() { change(to: false) }

    private func change(to value: Bool) {
        watched.access { watched in
            watched = value
            flag.store(value, ordering: .releasing)
        }
    }

    func waitUntilSet(_ wait: WaitLimit) -> Bool { watched.wait(wait) { $0 ? true : nil } ?? false }

    func waitUntilSet(_ wait: WaitLimit) async throws -> Bool {
        if isSet { return true }
        return try await awaitCallback(wait) { watched.notify(when: { $0 }, $0) }
    }
}
