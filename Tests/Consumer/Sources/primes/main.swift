import MultitaskingSessions
import MultitaskingThreads

func countPrimes(_ range: Range<Int>) -> Int {
    range.count { number in number > 1 && !(2..<number).contains { number.isMultiple(of: $0) } }
}

try withExecutor(inProcess: try ThreadPool(maxWorkers: 2)) { manager in
    let session = try manager.map("task-", countPrimes, [0..<50, 50..<100])
    print(try session.results().values.reduce(0) { $0 + (try $1.get(as: Int.self)) })
}
