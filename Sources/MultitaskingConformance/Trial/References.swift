import Synchronization

/// Objects whose release is noticed.
final class References: Sendable {
    private struct Weak: Sendable {
        weak let object: Tally?
    }

    private let objects = Mutex<[Weak]>([])

    func make() -> Tally {
        let object = Tally()
        let entry = Weak(object: object)
        objects.withLock { $0.append(entry) }
        return object
    }

    var alive: Int { objects.withLock { $0 }.count { $0.object != nil } }
}
