import Dispatch
import Foundation
import Reporting

// W11 by the means that Swift has: tasks that do nothing, one submission each, and one at a time. There are no results
// to hand back, only the news that a task is done.

let count = 500_000

@inline(never) @Sendable func nothing() {}

func dispatch() {
    let queue = DispatchQueue.global()
    for _ in 0..<2 {  // the first to warm up: the last line of a figure counts
        let time = microseconds {
            let group = DispatchGroup()
            for _ in 0..<count { queue.async(group: group, execute: nothing) }
            group.wait()
        }
        report("w11.each", Double(count) / time * 1e6, "/s")
    }
    let done = DispatchSemaphore(value: 0)
    let latency = median(of: 5000, warmUp: 2000) {
        microseconds {
            queue.async { done.signal() }
            done.wait()
        }
    }
    report("w11.latency", latency, "us")
}

func operationQueue() {
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 2
    let count = count / 10
    let time = microseconds {
        for _ in 0..<count { queue.addOperation(nothing) }
        queue.waitUntilAllOperationsAreFinished()
    }
    report("w11.each", Double(count) / time * 1e6, "/s")
    let done = DispatchSemaphore(value: 0)
    let latency = median(of: 1000, warmUp: 200) {
        microseconds {
            queue.addOperation { done.signal() }
            done.wait()
        }
    }
    report("w11.latency", latency, "us")
}

func taskGroup() async {
    for _ in 0..<2 {
        let start = microseconds()
        await withTaskGroup { group in
            for _ in 0..<count { group.addTask(operation: nothing) }
        }
        report("w11.each", Double(count) / (microseconds() - start) * 1e6, "/s")
    }
    var samples: [Double] = []
    for _ in 0..<5000 {
        let start = microseconds()
        await Task.detached(operation: nothing).value
        samples.append(microseconds() - start)
    }
    report("w11.latency", samples.sorted()[2500], "us")
}

@main
enum SwiftPeers {
    static func main() async throws {
        switch CommandLine.arguments.dropFirst().first {
        case "dispatch": dispatch()
        case "operations": operationQueue()
        case "taskgroup": await taskGroup()
        default: print("works: dispatch operations taskgroup")
        }
    }
}
