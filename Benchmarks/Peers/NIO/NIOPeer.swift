import Dispatch
import NIOPosix
import Reporting

/// W11 on swift-nio's thread pool: tasks that do nothing, one submission each, and one at a time.
@main
enum NIOPeer {
    static func main() throws {
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        let count = 500_000
        for _ in 0..<2 {
            let time = microseconds {
                let group = DispatchGroup()
                for _ in 0..<count {
                    group.enter()
                    pool.submit { _ in group.leave() }
                }
                group.wait()
            }
            report("w11.each", Double(count) / time * 1e6, "/s")
        }
        let done = DispatchSemaphore(value: 0)
        let latency = median(of: 5000, warmUp: 2000) {
            microseconds {
                pool.submit { _ in done.signal() }
                done.wait()
            }
        }
        report("w11.latency", latency, "us")
        try pool.syncShutdownGracefully()
    }
}
