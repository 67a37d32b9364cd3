import Multitasking

func square(_ number: Int) -> Int { number * number }

try withProcessPoolExecutor(maxWorkers: 2) { manager in
    let session = try manager.map("task-", square, [1, 2, 3])
    print(try session.results().values.reduce(0) { $0 + (try $1.get(as: Int.self)) })
}
