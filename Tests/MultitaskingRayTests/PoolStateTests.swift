import MultitaskingCore
import MultitaskingRay
import MultitaskingSystem
@testable import RemoteWorkers
import Synchronization
import Testing

/// A task that is nothing but a place in the queue.
private final class Waiting: QueuedTask {
    let number: Int
    let options: TaskOptions
    let call: Parcel
    let place: Int?
    let setUp = RunOrder.SetUpRole.none
    let isCounted = true
    let submission: Int64
    var name: String { "\(number)" }
    var circumstances: RunVerdict.Circumstances { .init(options: options, attempt: 1) }

    init(_ number: Int, _ options: TaskOptions = .default, size: Int = 10, place: Int? = nil) {
        self.number = number
        self.options = options
        self.place = place
        call = Parcel([UInt8](repeating: 0, count: size))
        submission = Int64(number)
    }

    func begin(run: UInt64) -> Int? { 1 }
    func start(run: UInt64) {}
    func report(_ report: TaskReport, run: UInt64) {}
    func wait() {}
    func end(_ end: TaskEnd, output: [UInt8], onlyIfWaiting: Bool) -> Bool { true }
}

@Suite struct PoolStateTests {
    /// Takes what there is one place for; the numbers of the tasks, and their runs.
    private func take(_ state: inout PoolState) -> (numbers: [Int], runs: [UInt64], before: [Int]) {
        // ORDERING: relaxed; it only counts.
        let makeRun = { Self.runs.wrappingAdd(1, ordering: .relaxed).newValue }
        let starts = state.takeNext(makeRun: makeRun) { $0.begin(run: $1) }
        return (starts.compactMap { ($0.task as? Waiting)?.number }, starts.map(\.run), starts.map(\.tasksBefore))
    }

    private static let runs = Atomic<UInt64>(0)

    /// Reports that a run has come to its end after some nanoseconds.
    private func end(_ run: UInt64, _ state: inout PoolState, after time: UInt64, _ end: UInt8 = 0) throws {
        var writer = ByteWriter()
        writer.add(end)
        writer.add(UInt8(end == 0 ? 1 : 0))
        for part in [0, time, 0] { writer.add(part) }
        writer.add(UInt32(0))
        writer.add(UInt8(0))
        writer.add(UInt32(0))
        let report = try RunReport(Frame(kind: .done, id: run, head: writer.bytes))
        guard let ended = state.end(run, as: report.end) else { return #expect(Bool(false), "there is no run \(run)") }
        state.tally.end(report, of: ended.task, at: ended.place)
    }

    /// A pool of which so many tasks in a row were short.
    private func state(_ workers: Int, shortTasks: Int) throws -> PoolState {
        var state = PoolState(maxWorkers: workers, handOver: 0)
        while state.tally.burst < min(32, shortTasks / 2) {
            state.append(Waiting(-1))
            for run in take(&state).runs { try end(run, &state, after: 1000) }
        }
        return state
    }

    @Test func tasksOfUnknownLength_goAlone() {
        var state = PoolState(maxWorkers: 2, handOver: 0)
        for number in 0..<10 { state.append(Waiting(number)) }
        #expect(take(&state).numbers == [0] && take(&state).numbers == [1] && take(&state).numbers == [])
    }

    @Test func shortTasks_goTogether_andLeaveAsMuchForOtherPlaces() throws {
        var state = try state(2, shortTasks: 64)
        for number in 0..<21 { state.append(Waiting(number)) }
        let first = take(&state)
        #expect(first.numbers == Array(0...10))
        #expect(take(&state).numbers == Array(11..<16) && take(&state).numbers == [])
        // The place is free when all have ended.
        for run in first.runs.dropLast() { try end(run, &state, after: 1000) }
        #expect(take(&state).numbers == [])
        try end(first.runs[10], &state, after: 1000)
        #expect(take(&state).numbers == [16, 17, 18])
    }

    @Test func longTask_hasTheNextOnesGoAlone() throws {
        var state = try state(1, shortTasks: 64)
        state.append(Waiting(0))
        try end(take(&state).runs[0], &state, after: 5_000_000)
        for number in 1..<5 { state.append(Waiting(number)) }
        #expect(take(&state).numbers == [1])
    }

    @Test func tasksThatSayWhenOrWhereTheyRun_goAlone() throws {
        for (options, size, place) in [
            (TaskOptions(timeout: .seconds(1)), 10, nil), (TaskOptions(queueTimeout: .seconds(1)), 10, nil),
            (TaskOptions(resources: ResourceRequest(cpus: 1)), 10, nil), (.default, 100_000, nil), (.default, 10, 0),
        ] as [(TaskOptions, Int, Int?)] {
            var state = try state(1, shortTasks: 64)
            state.append(Waiting(0, options, size: size, place: place))
            for number in 1..<10 { state.append(Waiting(number)) }
            #expect(take(&state).numbers == [0])
        }
        var state = try state(1, shortTasks: 64)
        for number in 0..<10 {
            state.append(Waiting(number, number == 3 ? TaskOptions(timeout: .seconds(1)) : .default))
        }
        #expect(take(&state).numbers == [0, 1, 2])
    }

    @Test func tasksThatAreGivenBack_startInTheirOrder() throws {
        var state = try state(1, shortTasks: 64)
        for number in 0..<20 { state.append(Waiting(number)) }
        let starts = take(&state)
        let before = starts.before[0]
        #expect(starts.numbers == Array(0..<20) && starts.before == Array(before..<before + 20))
        for (number, run) in zip(starts.numbers, starts.runs).dropFirst() {
            try end(run, &state, after: 0, 5)
            state.insert(Waiting(number))
        }
        try end(starts.runs[0], &state, after: 50_000_000)
        for number in 1..<20 {
            let next = take(&state)
            // What was given back has not been run there.
            #expect(next.numbers == [number] && next.before == [before + number])
            try end(next.runs[0], &state, after: 50_000_000)
        }
    }

    /// A thread may learn of the number of workers just before another one changes it.
    @Test func tasksOfAPlaceThatIsGone_areDoneElsewhere() {
        var state = PoolState(maxWorkers: 8, handOver: 0)
        _ = state.resize(to: 1)
        state.append(Waiting(0, place: 5))
        state.insert(Waiting(1, place: 1))
        #expect(take(&state).numbers.count == 1)
        var next = PoolState(maxWorkers: 8, handOver: 0)
        next.append(Waiting(2, place: 5))
        _ = next.resize(to: 1)
        #expect(take(&next).numbers == [2])
    }

    /// A task may have written over the memory of the process that says them.
    @Test(arguments: [0, 1 << 62, UInt64(Int64.max), 1 << 63, .max] as [UInt64])
    func timesThatAreAnything_trapNobody(_ time: UInt64) throws {
        var state = PoolState(maxWorkers: 1, handOver: 0)
        var spans = SpanLog()
        for number in 0..<3 {
            state.append(Waiting(number))
            let run = take(&state).runs[0]
            var writer = ByteWriter()
            writer.add(UInt8(0))
            writer.add(UInt8(1))
            for _ in 0..<3 { writer.add(time) }
            writer.add(UInt32(0))
            writer.add(UInt8(0))
            writer.add(UInt32(0))
            let report = try RunReport(Frame(kind: .done, id: run, head: writer.bytes))
            guard let ended = state.end(run, as: report.end) else { return #expect(Bool(false), "there is no run") }
            state.tally.end(report, of: ended.task, at: ended.place)
            for now in [0, 1, .max] as [Int64] { spans.add(report, of: ended.task, attempt: 1, at: 0, now: now) }
            // It has ended, and ends no more.
            let hasEndedAgain = state.end(run, as: report.end) != nil
            #expect(!hasEndedAgain)
        }
        let (all, lost) = spans.take()
        #expect(all.count == 9 && lost == 0)
        #expect(all.allSatisfy { $0.start >= 0 && $0.start <= $0.end })
    }

    @Test func deathOfAWorker_hasTheNextOneCountFromZero() throws {
        var state = try state(1, shortTasks: 64)
        for number in 0..<5 { state.append(Waiting(number)) }
        let starts = take(&state)
        #expect(starts.numbers == Array(0..<5))
        try end(starts.runs[0], &state, after: 1000)
        // A worker that is lost, on an unknown node, without a detail.
        guard let lost = state.end(starts.runs[1], as: .lost(node: nil, detail: "")) else {
            return #expect(Bool(false), "there is no run \(starts.runs[1])")
        }
        #expect(lost.tasksBefore == starts.before[0] + 1)
        for run in starts.runs.dropFirst(2) { try end(run, &state, after: 1000) }
        state.append(Waiting(5))
        #expect(take(&state).before == [3])
    }
}
