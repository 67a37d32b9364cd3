import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

/// Pools of processes that may use less than the machine has.
let usableResourceScenarios: [String: Scenario] = [
    "resources-address-space": { try $0.addressSpace() },
    "resources-address-space-of-blocks": { try $0.addressSpaceOfBlocks() },
    "resources-file-size": { try $0.fileSize() },
    "resources-affinity": { try $0.affinity() },
    "resources-cpu-quota": { try $0.cpuQuota() },
    "resources-memory-of-group": { try $0.memoryOfGroup() },
    "resources-locked-memory": { try $0.lockedMemory() },
]

extension Harness {
    /// A limit of addresses (`ulimit -v`) makes the arena smaller, and is named where it cannot.
    fileprivate func addressSpace() throws {
        let present = (Int(Proc.read("/proc/self/statm").split(separator: " ").first ?? "") ?? 0) * 4096
        for more in [8 << 30, 2 << 30, 700 << 20] {
            limit(RLIMIT_AS, to: present + more)
            try withPool(arenaLimit: nil) { pool in
                checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
                checkEqual(try pool.submit(echoBytes, makeBytes(2 << 20)).value(timeout: .seconds(20)).count, 2 << 20)
            }
        }
        let error = checkThrows(.systemError) {
            try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 4 << 30)
        }
        let message = error?.message ?? ""
        check(message.contains("RLIMIT_AS") && message.contains("ulimit -v"), "the limit is not named: \(message)")
        check(message.contains("smaller arenaLimit than 4294967296"), "what helps is not named: \(message)")
    }

    /// Under such a limit, small blocks that a task allocates share mappings: one for each would take hundreds of times
    /// as long.
    fileprivate func addressSpaceOfBlocks() throws {
        let present = (Int(Proc.read("/proc/self/statm").split(separator: " ").first ?? "") ?? 0) * 4096
        for more in [200 << 20, 260 << 20, 400 << 20] {
            limit(RLIMIT_AS, to: present + more)
            try withPool(maxWorkers: 1, arenaLimit: 16 << 20) { pool in
                let mappings = try pool.submit(mappingsOfBlocks, 20_000).value(timeout: .seconds(60))
                check(mappings < 1000, "20,000 blocks take \(mappings) mappings with \(more) bytes")
            }
        }
    }

    /// A limit of files (`ulimit -f`) makes the arena smaller; going beyond it would end the program by SIGXFSZ.
    fileprivate func fileSize() throws {
        for size in [4 << 30, 1 << 30, 200 << 20] {
            limit(RLIMIT_FSIZE, to: size)
            try withPool(arenaLimit: nil) { pool in
                checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
                checkEqual(try pool.submit(echoBytes, makeBytes(2 << 20)).value(timeout: .seconds(20)).count, 2 << 20)
            }
            try withPool(arenaLimit: 16 << 20) { pool in
                checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
            }
        }
        for (asked, size) in [(1 << 30, 200 << 20), (nil as Int?, 1 << 20)] {
            limit(RLIMIT_FSIZE, to: size)
            let error = checkThrows(.systemError) {
                try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: asked)
            }
            let message = error?.message ?? ""
            check(message.contains("RLIMIT_FSIZE is \(size)"), "the limit is not named: \(message)")
            check(message.contains("ulimit -f"), "what helps is not named: \(message)")
            checkEqual(message.contains("arenaLimit"), asked != nil, "whether arenaLimit is named in \(message)")
        }
    }

    /// A program that locks its memory (`mlockall`) locks what a pool uses, not what it may use at most.
    fileprivate func lockedMemory() throws {
        // Not everybody may lock more than a few megabytes, not even every root in a container.
        guard mlockall(MCL_CURRENT | MCL_FUTURE) == 0 else { return }
        let before = residentBytes()
        try withPool { pool in
            checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
            checkEqual(try pool.submit(echoBytes, makeBytes(2 << 20)).value(timeout: .seconds(20)).count, 2 << 20)
            let resident = residentBytes()
            check(resident - before < 256 << 20, "the pool takes \(resident - before) bytes")
            checkEqual(
                try pool.submit(echoBytes, makeBytes(100 << 20)).value(timeout: .seconds(60)).count, 100 << 20)
            let left = residentBytes()
            check(left - resident < 90 << 20, "what was read still takes \(left - resident) bytes")
        }
        checkEqual(munlockall(), 0, "the result of munlockall")
    }

    /// The affinity of this process, as `taskset` sets it, decides how many workers there are.
    fileprivate func affinity() throws {
        unsafe checkEqual(system("taskset -cp 0 \(getpid()) > /dev/null"), 0, "the exit code of taskset")
        let pool = try ProcessPool(startMethod: method, arenaLimit: 16 << 20)
        checkEqual(pool.maxWorkers, 1, "the workers on one core")
        checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        pool.shutdown(.drain)
    }

    /// So does the quota of the group it is in.
    fileprivate func cpuQuota() throws {
        guard let group = ControlGroup("cpu") else { return }
        defer { group.leave() }
        group.set(isUnified: "cpu.max", "90000 100000", else: "cpu.cfs_quota_us", "90000")
        group.enter()
        let pool = try ProcessPool(startMethod: method, arenaLimit: 16 << 20)
        checkEqual(pool.maxWorkers, 1, "the workers for nine tenths of a core")
        checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        pool.shutdown(.drain)
    }

    /// Where the group may hold 400 MiB, payloads wait for room, and nobody is killed.
    fileprivate func memoryOfGroup() throws {
        guard let group = ControlGroup("memory") else { return }
        defer { group.leave() }
        group.set(isUnified: "memory.max", "\(400 << 20)", else: "memory.limit_in_bytes", "\(400 << 20)")
        group.enter()
        try withPool(maxWorkers: 1, arenaLimit: nil) { pool in
            var held: [Future<Int>] = []
            let bytes = randomBytes(8 << 20)
            let flag = Flag(try pool.makeCancelSignal())
            let queue = Queue(try pool.makeChannel(ChannelOptions()))
            let blocker = try pool.submit(waitForFlag, queue, flag)
            var refusals = 0
            for _ in 0..<100 where refusals == 0 {
                do { held.append(try pool.submit(countBytes, options: TaskOptions(waitForRoom: .never), bytes)) } catch
                {
                    checkEqual((error as? MultitaskingError)?.code, .arenaLimitReached, "what was thrown")
                    refusals += 1
                }
            }
            checkEqual(refusals, 1, "how often there was no room")
            check(held.count >= 8, "there was room for \(held.count) payloads of 8 MiB only")
            flag.signal.set()
            _ = try blocker.value(timeout: .seconds(20))
            for future in held { checkEqual(try future.value(timeout: .seconds(30)), bytes.count) }
        }
    }
}

private func countBytes(_ bytes: [UInt8]) -> Int { bytes.count }

/// How much memory this process takes.
private func residentBytes() -> Int {
    (Int(Proc.read("/proc/self/statm").split(separator: " ").dropFirst().first ?? "") ?? 0) * 4096
}

/// Bytes that cannot be compressed.
private func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let descriptor = unsafe open("/dev/urandom", O_RDONLY | O_CLOEXEC)
    let result = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    checkEqual(result, count, "the random bytes")
    return bytes
}

private func limit(_ resource: __rlimit_resource, to bytes: Int) {
    // The hard limit stays: each round sets another one.
    var limits = rlimit()
    unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limits)
    limits.rlim_cur = rlim_t(bytes)
    unsafe checkEqual(setrlimit(__rlimit_resource_t(resource.rawValue), &limits), 0, "the result of setrlimit")
}

/// How many mappings this process gets with so many small blocks.
private func mappingsOfBlocks(_ count: Int) -> Int {
    let before = Proc.read("/proc/self/maps").utf8.count { $0 == UInt8(ascii: "\n") }
    let blocks = unsafe (0..<count).map { _ in unsafe malloc(64) }
    defer { unsafe blocks.forEach { unsafe free($0) } }
    return Proc.read("/proc/self/maps").utf8.count { $0 == UInt8(ascii: "\n") } - before
}
