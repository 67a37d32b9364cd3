import Foundation
import MultitaskingConformance
import MultitaskingCore
import MultitaskingThreads
import Synchronization

/// Pools of threads that break the contract in one way, or in none.
struct FaultyBackend: ConformanceBackend {
    let harm: Harm
    let world: any ConformanceWorld

    /// - Parameter delay: what each call takes longer, as one of a cluster does.
    init(_ fault: Fault?, patience: Duration, delay: Duration = .zero) {
        harm = Harm(fault, delay: delay)
        world = MachineWorld(patience: patience)
    }

    var name: String { harm.fault.map { "a backend that \($0)" } ?? "the unbroken wrapper" }
    var omissions: [Omission] { ThreadBackend().omissions }

    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
        try FaultyExecutor(settings, harm: harm)
    }

    func residue() -> [String] { harm.has(.leavesResidue) ? ["a file in the cluster"] : [] }

    func holdings(of executor: any Executor) -> [String: Int] {
        harm.fault == .leaksABlock ? ["blocks": harm.count(.leaksABlock)] : ["blocks": 0]
    }
}

/// The fault of a backend, what was counted for it, and what it has left behind, which can be undone.
final class Harm: Sendable {
    let fault: Fault?

    private struct State {
        var counts: [Fault: Int] = [:]
        var descriptors: [Int32] = []
        var children: [Process] = []
        var kept: [any Sendable] = []
    }

    private let state = Mutex(State())
    private let isOver = Atomic<Bool>(false)

    private let delay: Duration

    init(_ fault: Fault?, delay: Duration = .zero) {
        self.fault = fault
        self.delay = delay
    }

    /// Takes the time that each call takes longer.
    func pause() {
        if delay > .zero { usleep(useconds_t(delay / .microseconds(1))) }
    }

    func has(_ fault: Fault) -> Bool { self.fault == fault }

    /// Counts one more occasion for the fault; how many there were so far, if this is the backend's fault.
    func occasion(for fault: Fault) -> Int? {
        guard has(fault) else { return nil }
        return state.withLock { state in
            state.counts[fault, default: 0] += 1
            return state.counts[fault]
        }
    }

    /// Begins to count from nothing.
    func forget(_ fault: Fault) { state.withLock { $0.counts[fault] = nil } }

    func count(_ fault: Fault) -> Int { state.withLock { $0.counts[fault] ?? 0 } }

    func keep(_ value: any Sendable) { state.withLock { $0.kept.append(value) } }

    func leakThread() { Thread.detachNewThread { [self] in block() } }

    func leakDescriptor() {
        let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        state.withLock { $0.descriptors.append(descriptor) }
    }

    func leakChild() {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sleep")
        child.arguments = ["100"]
        do { try child.run() } catch { return }
        state.withLock { $0.children.append(child) }
    }

    /// Blocks until the harm is undone.
    func block() {
        // ORDERING: acquiring, pairs with `undo`; nothing else is passed on.
        while !isOver.load(ordering: .acquiring) { usleep(1000) }
    }

    /// Takes back what was leaked and wakes who is blocked, for the sake of other tests.
    func undo() {
        isOver.store(true, ordering: .releasing)
        let left = state.withLock { state in
            defer { state = State() }
            return (state.descriptors, state.children)
        }
        for descriptor in left.0 { close(descriptor) }
        for child in left.1 {
            child.terminate()
            child.waitUntilExit()
        }
    }
}
