import Glibc
import MultitaskingCore
import MultitaskingRay

/// Runs tasks at the same time that print lines in pieces, with their names in front; one of them dies of it.
///
///     ray-harness lines (--fake DRIVER | --address …)
func runLines(on cluster: RayCluster) async throws {
    let pool = try await RayPool.make(on: cluster, maxWorkers: 2)
    let futures = try (0..<6).map { number in
        try pool.submit(printPieces, options: TaskOptions(output: .prefixed, name: "task \(number)"), number)
    }
    for future in futures { _ = try? await future.value() }
    await pool.shutdown(.drain)
}

func printPieces(_ number: Int) {
    for line in 0..<20 {
        print("line", line, terminator: "")
        if line % 5 == 0 { fflush(nil) }
        print(" of", number)
    }
    print("the end of", number, terminator: "")
    fflush(nil)
    if number == 3 { kill(getpid(), SIGKILL) }
}
