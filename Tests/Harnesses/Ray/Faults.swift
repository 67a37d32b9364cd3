import Glibc
import MultitaskingCore
import MultitaskingRay

/// Runs tasks of some length while a script kills something, and prints how each has ended.
///
///     ray-harness faults --address … --count 8 --milliseconds 99 --tally DIRECTORY [--onloss 2] [--self child|worker]
///
/// Prints "submitted", and then a line for each task: its number, and its value or the code of its error.
func runFaults(on cluster: RayCluster, _ words: inout Words) async throws {
    let count = words.option("--count").flatMap(Int.init) ?? 8
    let milliseconds = words.option("--milliseconds").flatMap(Int.init) ?? 1500
    let tally = words.option("--tally") ?? "/tmp"
    let losses = words.option("--onloss").flatMap(Int.init) ?? 0
    let victim = words.option("--self") ?? ""
    let pool = try await RayPool.make(on: cluster, maxWorkers: words.option("--workers").flatMap(Int.init) ?? 4)
    let options = TaskOptions(retries: losses > 0 ? .onLoss(losses) : .never)
    let futures = try (0..<count).map { number in
        let fatal = number == 1 ? victim : ""
        return try pool.submit(faultyTask, options: options, number, milliseconds, tally, fatal)
    }
    print("submitted")
    _ = fflush(nil)
    for (number, future) in futures.enumerated() {
        do { print("\(number) value \(try await future.value())") } catch {
            let code = (error as? MultitaskingError).map { "\($0.code)" } ?? "\(error)"
            print("\(number) error \(code)")
        }
        _ = fflush(nil)
    }
    await pool.shutdown(.kill)
    print("ended")
    _ = fflush(nil)
}

/// Leaves a mark on disk each time it begins, so that nobody can run it twice unseen.
func faultyTask(_ number: Int, _ milliseconds: Int, _ tally: String, _ victim: String) -> Int {
    let file = unsafe open("\(tally)/\(number)", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    _ = unsafe write(file, "x", 1)
    close(file)
    let isFirst = unsafe open("\(tally)/\(number)-first", O_WRONLY | O_CREAT | O_EXCL, 0o600) >= 0
    usleep(UInt32(milliseconds) * (victim.isEmpty ? 1000 : 300))
    if isFirst, victim == "child" { kill(getpid(), SIGKILL) }
    if isFirst, victim == "worker" {
        kill(getppid(), SIGKILL)
        usleep(5_000_000)
    }
    return number * 2
}
