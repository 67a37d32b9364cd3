import MultitaskingConformance
import MultitaskingCore
import MultitaskingProcesses

/// One way to break the contract that threads cannot keep: of workers that die, of force, and of output.
enum ProcessFault: String, CaseIterable, Sendable {
    case losesOutput, losesCauses, ignoresRetries, ignoresForce, triesTooOften

    /// The cases that must notice it.
    var symptoms: [Symptom] {
        switch self {
        case .losesOutput:
            [
                Symptom("output.isKeptOnRequest", "expected that the output is"),
                Symptom("output.isThereAfterACrash", "expected that the output is"),
            ]
        case .losesCauses: [Symptom("stream.aCrashIsItsElements", "element 40 failed with")]
        case .ignoresRetries:
            [
                Symptom("seed.isKeptWhenATaskIsRetried", "expected that the task succeeds"),
                Symptom("seed.elementsKeepTheirsWhenOthersCrash", "a call threw"),
            ]
        case .ignoresForce:
            [
                Symptom("wait.aCancelledAwaitEndsWhatRuns", "expected that its state is"),
                Symptom("rendezvous.theDeadHoldNothingOut", "expected that the end of the sender is true"),
            ]
        case .triesTooOften: [Symptom("channel.closesWithSendersThatCrash", "expected that what came is")]
        }
    }
}

/// A process fault, and one of the cases that must notice it.
struct ProcessFaultInCase: Sendable {
    let fault: ProcessFault
    let symptom: Symptom

    static let all = ProcessFault.allCases.flatMap { fault in
        fault.symptoms.map { ProcessFaultInCase(fault: fault, symptom: $0) }
    }
}

/// Pools of processes that break the contract in one way.
struct FaultyProcessBackend: ConformanceBackend {
    let fault: ProcessFault
    let world: any ConformanceWorld = MachineWorld(patience: .seconds(2))

    var name: String { "a pool of processes that \(fault)" }
    var omissions: [Omission] { ProcessBackend().omissions }

    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
        FaultyProcessPool(try ProcessPool(maxWorkers: settings.maxWorkers, arenaLimit: 64 << 20), fault)
    }
}

private final class FaultyProcessPool: Executor {
    private let base: ProcessPool
    private let fault: ProcessFault

    init(_ base: ProcessPool, _ fault: ProcessFault) {
        self.base = base
        self.fault = fault
    }

    var maxWorkers: Int { base.maxWorkers }

    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> {
        var options = options
        if fault == .losesOutput { options.output = .inherited }
        if fault == .ignoresRetries { options.retries = .never }
        if fault == .triesTooOften { options.retries = .onCrash(1) }
        return Future(FaultyProcessFuture(try base.submit(call, options: options), fault))
    }

    func makeChannel(_ options: ChannelOptions) throws -> any Channel { try base.makeChannel(options) }
    func makeCancelSignal() throws -> any CancelSignal { try base.makeCancelSignal() }
    func shutdown(_ mode: ShutdownMode) { base.shutdown(mode) }
}

private final class FaultyProcessFuture<Value: Sendable>: FutureSource {
    private let base: Future<Value>
    private let fault: ProcessFault

    init(_ base: Future<Value>, _ fault: ProcessFault) {
        self.base = base
        self.fault = fault
    }

    var state: TaskState { base.state }
    var output: String? { base.output }

    func outcome() -> TaskOutcome<Value>? {
        guard fault == .losesCauses, case .failure(let error as MultitaskingError)? = base.outcome() else {
            return base.outcome()
        }
        return .failure(MultitaskingError(error.code, error.message))
    }

    func waitUntilDone(_ wait: WaitLimit) -> Bool { base.waitUntilDone(wait) }
    func whenDone(_ body: @escaping @Sendable () -> Void) { base.whenDone(body) }
    func cancel(force: Bool) -> Bool { base.cancel(force: force && fault != .ignoresForce) }
}
