import Dispatch
import MultitaskingCore
import Testing

@testable import MultitaskingThreads

@Suite struct SpanRingTests {
    private static let limit = 16_384

    private static func task(_ number: Int) -> RecordedTask {
        RecordedTask(
            task: TaskLabel(name: "task \(number)", type: Int.self), submission: 0, start: Int64(number), end: 0)
    }

    @Test func fullRing_countsWhatFindsNoPlace_andHasRoomAgainWhenItIsTaken() {
        let ring = SpanRing()
        for round in 1...3 {
            for number in 0..<Self.limit { #expect(ring.add(Self.task(number), count: 1)) }
            #expect(!ring.add(Self.task(-1), count: 1))
            #expect(!ring.add(Self.task(-1), count: 256))
            let taken = ring.takeAll()
            #expect(taken.lost == 257, "round \(round)")
            #expect(taken.tasks.map(\.start) == (0..<Int64(Self.limit)).map { $0 })
            #expect(taken.tasks.last?.task.description == "task \(Self.limit - 1)")
            #expect(ring.takeAll().tasks.isEmpty)
        }
    }

    @Test func ringThatIsTakenWhileOneWrites_givesEachTaskOnceInOrder() {
        let (ring, count) = (SpanRing(), 100_000)
        let writer = DispatchQueue(label: "writer")
        writer.async {
            for number in 0..<count { while !ring.add(Self.task(number), count: 0) {} }
        }
        var taken: [Int64] = []
        while taken.count < count {
            let tasks = ring.takeAll().tasks
            #expect(tasks.allSatisfy { $0.task.name == "task \($0.start)" })
            taken += tasks.map(\.start)
        }
        writer.sync {}
        #expect(taken == (0..<Int64(count)).map { $0 })
    }

    @Test func words_sayWhatAHistogramSays() {
        var histogram = TimeHistogram()
        let words = TimeWords()
        for time: Int64 in [0, 1, 127, 128, 5_000, 1_000_000, .max, 77] {
            histogram.add(UInt64(time), count: 3)
            words.add(time, count: 3)
        }
        words.add(-5, count: 1)
        histogram.add(0)
        #expect(words.histogram == histogram)
        #expect(words.total == histogram.total)
    }

    @Test func currentTask_hasItsNameOrTheTypeOfItsResult() {
        let current = CurrentTask()
        current.set(TaskLabel(name: nil, type: [String].self))
        #expect(current.label.description == "a task that returns Array<String>")
        current.set(TaskLabel(name: "named", type: Int.self))
        #expect(current.label.description == "named")
        current.set(TaskLabel(name: nil, type: Int.self))
        #expect(current.label.description == "a task that returns Int")
    }

    @Test func slowestTasks_areTheSlowestOfAll() {
        let slowest = SlowestTasks()
        for time in (Int64(1)...50).shuffled() where slowest.isOne(time) {
            slowest.add(TaskLabel(name: "\(time)", type: Int.self), time)
        }
        #expect(slowest.tasks.map(\.time) == [50, 49, 48, 47, 46])
        #expect(slowest.tasks.map(\.task.description) == ["50", "49", "48", "47", "46"])
    }
}
