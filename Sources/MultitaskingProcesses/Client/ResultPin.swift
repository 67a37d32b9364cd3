/// Keeps a task's result where it is, even if its future has already been read.
final class ResultPin: Sendable {
    let slot: TaskSlot
    private let letGo: @Sendable () -> Void

    init(_ slot: TaskSlot, letGo: @escaping @Sendable () -> Void) {
        self.slot = slot
        self.letGo = letGo
    }

    deinit { letGo() }
}
