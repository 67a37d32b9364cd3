import Glibc
import MultitaskingCore

func double(_ x: Int) -> Int { x * 2 }
func processID(_ x: Int) -> Int32 { getpid() }
func nap(_ milliseconds: Int) -> Int {
    usleep(useconds_t(milliseconds * 1000))
    return milliseconds
}
func spin(_ milliseconds: Int) -> Int {
    keepBusy(for: .milliseconds(milliseconds))
    return milliseconds
}
func keepBusy(for duration: Duration) {
    let end = ContinuousClock.now + duration
    while ContinuousClock.now < end {}
}
func echoBytes(_ bytes: [UInt8]) -> [UInt8] { bytes }
/// So many bytes that can't be compressed, a moment later.
func lateNumbers(_ count: Int) -> [UInt64] {
    usleep(20_000)
    var random = SplitMix64(seed: count)
    return (0..<count / 8).map { _ in random.next() }
}
func makeBytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }
func struckIn(_ grenade: Grenade) throws -> Int {
    if grenade.moment == .never { try grenade.blow.strike() }
    return 1
}
func makeGrenade(_ blow: Blow, _ moment: Grenade.Moment, _ home: Int32) -> Grenade {
    Grenade(blow, moment, home: home)
}
func makeLargeGrenade(_ blow: Blow, _ moment: Grenade.Moment, _ home: Int32, _ padding: Int) -> Grenade {
    Grenade(blow, moment, home: home, padding: padding)
}

/// Tells that it runs, then waits until the flag is set.
func waitForFlag(_ queue: Queue, _ flag: Flag) throws -> Int32 {
    _ = try queue.channel.send(getpid(), wait: .forever)
    _ = flag.signal.waitUntilSet(.forever)
    return getpid()
}

/// Sends its process id, then sleeps until it is killed.
func reportAndHang(_ queue: Queue) throws -> Int {
    _ = try queue.channel.send(getpid(), wait: .forever)
    while true { sleep(100) }
}

func sendAndReturn(_ queue: Queue) throws -> Int {
    _ = try queue.channel.send(getpid(), wait: .forever)
    return 0
}
func receiveAndReport(_ queue: Queue) throws -> Int {
    _ = try queue.channel.receive(as: Int32.self, wait: .forever)
    try queue.channel.taskDone()
    return 0
}

/// Starts a process, tells its id, and sleeps until it is killed.
func startSleeperAndHang(_ queue: Queue) throws -> Int {
    let pid = fork()
    if pid != 0 { _ = try queue.channel.send(pid, wait: .forever) }
    while true { sleep(100) }
}

extension Array where Element == Int {
    /// Whether the numbers only grow.
    var isAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}
