import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let hostileScenarios: [String: Scenario] = [
    "hostile": { try $0.hostileWorkers() },
    "hostile-client": { try $0.surviveScribbling() },
    "hostile-call-count": { try $0.damageCallCount() },
    "hostile-returned-slot": { try $0.damageReturnedSlots() },
    "hostile-processes": { try $0.forgeProcesses() },
]

/// What a task writes over the pool's memory.
enum Scribble: Int, Codable, CaseIterable {
    case flippedBits, smallNumbers, anything, zeros, ones, copies, everything
    /// Names of types that take Swift for ever.
    case names
    /// The process of somebody else, as a member's would be written.
    case processes
    /// Something else for a moment, then what it was.
    case flickers
}

/// What a task does after it has written.
enum Afterwards: Int, Codable, CaseIterable {
    case returns, dies, goesOn
}

/// Writes over the pool's shared memory, wherever somebody has written before.
///
/// - Parameter stranger: a process that is none of the pool's.
private func scribble(
    _ seed: Int, _ count: Int, _ how: Scribble, _ afterwards: Afterwards, _ stranger: Int32
) throws -> Int {
    var random = SplitMix64(seed: seed)
    guard let (memory, words) = unsafe Mapping.pool() else {
        throw MultitaskingError(.systemError, "no arena is mapped")
    }
    repeat {
        for round in 0..<(how == .everything ? words.count : count) {
            let place = how == .everything ? words[round] : words[Int.random(in: 0..<words.count, using: &random)]
            let old = unsafe memory.load(fromByteOffset: place, as: UInt64.self)
            let new: UInt64 =
                switch how {
                case .flippedBits: old ^ 1 << UInt64.random(in: 0..<64, using: &random)
                case .smallNumbers: .random(in: 0..<300, using: &random)
                case .anything, .everything: .random(in: 0...(.max), using: &random)
                case .zeros: 0
                case .ones: .max
                case .names: 0x6753_6753_6753_6753
                case .processes: processWord(stranger)
                case .flickers: .random(in: 0...(.max), using: &random)
                case .copies:
                    unsafe memory.load(
                        fromByteOffset: words[Int.random(in: 0..<words.count, using: &random)], as: UInt64.self)
                }
            unsafe memory.storeBytes(of: new, toByteOffset: place, as: UInt64.self)
            if how == .flickers { unsafe memory.storeBytes(of: old, toByteOffset: place, as: UInt64.self) }
            if how == .names {
                // A name is longer than a word.
                for next in stride(from: place, to: min(place + 96, words[words.count - 1]), by: 8) {
                    unsafe memory.storeBytes(of: new, toByteOffset: next, as: UInt64.self)
                }
            }
        }
        if afterwards == .dies { kill(getpid(), SIGKILL) }
    } while afterwards == .goesOn
    return count
}

/// How a member's process stands in the memory.
private func processWord(_ process: Int32) -> UInt64 {
    let number = UInt64(UInt32(bitPattern: process))
    return number | (number &* 0x9e37_79b9_7f4a_7c15) & 0xffff_ffff_0000_0000
}

/// Writes down that all members of the pool are a process that is none of them, in every way a member is named.
private func forgeMembers(_ stranger: Int32) throws -> Int {
    guard let (memory, _) = unsafe Mapping.pool() else { throw MultitaskingError(.systemError, "no arena is mapped") }
    for member in 1..<600 {
        let place = 1 << 16 + member * 1024
        // Which process it is, that it runs, and when it was made.
        unsafe memory.storeBytes(of: processWord(stranger), toByteOffset: place, as: UInt64.self)
        unsafe memory.storeBytes(of: 2, toByteOffset: place + 8, as: UInt64.self)
        unsafe memory.storeBytes(of: Proc.startTime(stranger), toByteOffset: place + 80, as: UInt64.self)
    }
    // How many copies there are.
    unsafe memory.storeBytes(of: 64, toByteOffset: 1456, as: UInt64.self)
    return getpid() == stranger ? 0 : 1
}

/// Writes how many calls every worker is to make.
private func overwriteCallCount(_ count: Int) throws -> Int {
    guard let (memory, _) = unsafe Mapping.pool() else { throw MultitaskingError(.systemError, "no arena is mapped") }
    unsafe memory.storeBytes(of: UInt64(count), toByteOffset: 536, as: UInt64.self)
    return count
}

/// The first time, writes which slot the workers hand back, then fails; how often it was called.
private func overwriteReturnedSlots(_ path: String, _ word: UInt64) throws -> Int {
    let call = countCall(path)
    guard call == 1 else { return call }
    guard let (memory, _) = unsafe Mapping.pool() else { throw MultitaskingError(.systemError, "no arena is mapped") }
    for member in 1...2 {
        unsafe memory.storeBytes(of: word, toByteOffset: 1 << 16 + member * 1024 + 56, as: UInt64.self)
    }
    throw Flaky(attempt: call)
}

/// The arena as a task finds it in its process.
private enum Mapping {
    /// The memory, and the offsets of the words that lie in pages somebody has touched.
    static func pool() -> (UnsafeMutableRawPointer, [Int])? {
        for name in Proc.entries("/proc/self/fd") {
            var bytes = [CChar](repeating: 0, count: 256)
            let count = unsafe readlink("/proc/self/fd/\(name)", &bytes, 255)
            let target = String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard target.contains("memfd:swift-multitasking"), let descriptor = Int32(name) else { continue }
            let size = Int(lseek(descriptor, 0, SEEK_END))
            var words: [Int] = []
            var end = 0
            // SEEK_DATA and SEEK_HOLE.
            while case let start = Int(lseek(descriptor, off_t(end), 3)), start >= 0 {
                end = Int(lseek(descriptor, off_t(start), 4))
                words += stride(from: start, to: min(end, start + (1 << 20)), by: 8)
            }
            let memory = unsafe mmap(
                nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0)
            guard unsafe memory != MAP_FAILED, let memory = unsafe memory else { return nil }
            return unsafe (memory, words)
        }
        return nil
    }
}

extension Harness {
    /// Some clients, each with workers that write over the memory they share with it: none crashes or hangs. `make
    /// hostile` has more of them.
    fileprivate func hostileWorkers() throws {
        let first = number
        for seed in first..<first + 8 {
            let pid = try launchHarness("hostile-client", method, seed)
            var status: Int32 = 0
            while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
            check(status == 0, "seed \(seed): the client ended with signal \(status & 0x7f), code \(status >> 8)")
            check(eventually { Proc.family.isEmpty }, "seed \(seed): processes \(Proc.family) are left")
        }
    }

    /// Uses everything there is of a pool whose memory is written over.
    fileprivate func surviveScribbling() throws {
        // Whoever hangs is killed by this.
        alarm(30)
        var random = SplitMix64(seed: number)
        // Before the pool: it has nothing of it.
        let stranger = launchStranger()
        let pool = try ProcessPool(
            maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20, captures: .copiesOnly)
        let bounded = try pool.makeChannel(capacity: 8)
        let unbounded = try pool.makeChannel(capacity: nil)
        let signal = try pool.makeCancelSignal()
        for number in 0..<8 { _ = try bounded.send(number, wait: .never) }
        for number in 0..<100 { _ = try unbounded.send([UInt8](repeating: 1, count: number * 50), wait: .never) }
        var tasks: [Task] = []
        tasks += try (0..<20).map { .number(try pool.submit(double, $0)) }
        tasks += try (0..<10).map { .bytes(try pool.submit(echoBytes, [UInt8](repeating: 2, count: $0 * 5000))) }
        tasks.append(.number(try pool.submit(struckIn, Grenade(.throwCodable, .never))))
        tasks.append(.number(try pool.submit(struckIn, Grenade(.sigkill, .never))))
        for task in tasks { _ = task.wait(.upTo(.seconds(20))) }
        let how = Scribble.allCases.randomElement(using: &random) ?? .anything
        let afterwards = Afterwards.allCases.randomElement(using: &random) ?? .returns
        let count = [1, 10, 100, 10_000].randomElement(using: &random) ?? 1
        let options = TaskOptions(timeout: .milliseconds(200), gracePeriod: .milliseconds(50))
        if method == .fork, number % 4 == 0 {
            // In a copy, because it captures.
            let body = { @Sendable (seed: Int) throws -> Int in try scribble(seed, count, how, afterwards, stranger) }
            tasks.append(.number(try pool.submit(options: options, number, body: body)))
        } else {
            tasks.append(.number(try pool.submit(scribble, options: options, number, count, how, afterwards, stranger)))
        }
        for number in 0..<10 { survive("submit") { tasks.append(.number(try pool.submit(nap, number))) } }
        usleep(UInt32.random(in: 0..<30_000, using: &random))
        use(pool, [bounded, unbounded], signal, &tasks)
        if Int.random(in: 0..<3, using: &random) == 0 { kill(pool.supervisorProcessID, SIGKILL) }
        usleep(20_000)
        use(pool, [bounded, unbounded], signal, &tasks)
        for task in tasks { _ = task.cancel() }
        for task in tasks { _ = task.wait(.upTo(.milliseconds(50))) }
        tasks = []
        let start = ContinuousClock.now
        pool.shutdown(.kill)
        let time = ContinuousClock.now - start
        check(time < .seconds(10), "the shutdown took \(time)")
        endStranger(stranger)
        if Checks.failures > 0 { report("\(how), \(count) words, the task \(afterwards)") }
        _exit(Checks.failures == 0 ? 0 : 1)
    }

    /// A task writes down that a process of somebody else is a member of the pool: nobody signals it.
    fileprivate func forgeProcesses() throws {
        for moment in 0..<3 {
            let stranger = launchStranger()
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
            checkEqual(try pool.submit(forgeMembers, stranger).value(), 1)
            check(!pool.workerProcessIDs.contains(stranger), "the pool says that \(stranger) is one of its workers")
            // Has the supervisor look for members, or another one begin.
            if moment > 0 {
                _ = try? pool.submit(struckIn, Grenade(.sigkill, .decodingAway)).value(timeout: .seconds(5))
            }
            if moment > 1 {
                kill(pool.supervisorProcessID, SIGKILL)
                _ = try? pool.submit(double, 3).value(timeout: .seconds(5))
            }
            pool.shutdown(.kill)
            endStranger(stranger)
        }
    }

    /// The memory says that there are more calls for every worker than there can be: the pool ends for all that.
    fileprivate func damageCallCount() throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        checkEqual(try pool.submit(overwriteCallCount, 300).value(timeout: .seconds(20)), 300)
        check(pool.shutdown(.drain, within: .seconds(5)), "the pool does not end")
        pool.shutdown(.kill)
    }

    /// A slot that nobody takes stands where a worker names the task that it hands back: no slot at all, the task's
    /// own, and a free one.
    fileprivate func damageReturnedSlots() throws {
        for word: UInt64 in [.max, 1, 9] {
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
            try withCounter { path in
                let options = TaskOptions(retries: .onErrors(Flaky.self, limit: 1))
                let task = try pool.submit(overwriteReturnedSlots, options: options, path, word)
                checkEqual(try task.value(timeout: .seconds(5)), 2, "calls with \(word)")
            }
            pool.shutdown(.kill)
        }
    }

    /// A child of this process that has nothing to do with any pool.
    private func launchStranger() -> Int32 {
        let parent = getpid()
        let pid = fork()
        if pid == 0 {
            while getppid() == parent { usleep(10_000) }
            _exit(0)
        }
        return pid
    }

    private func endStranger(_ stranger: Int32) {
        var status: Int32 = 0
        let ended = unsafe waitpid(stranger, &status, WNOHANG)
        checkEqual(ended, 0, "what has become of a process that is none of the pool's, with status \(status),")
        guard ended == 0 else { return }
        kill(stranger, SIGKILL)
        while unsafe waitpid(stranger, &status, 0) < 0, errno == EINTR {}
    }

    private enum Task: Sendable {
        case number(Future<Int>)
        case bytes(Future<[UInt8]>)

        func wait(_ limit: WaitLimit) -> Bool {
            switch self {
            case .number(let future): future.waitUntilDone(limit)
            case .bytes(let future): future.waitUntilDone(limit)
            }
        }

        func cancel() -> Bool {
            switch self {
            case .number(let future): future.cancel(force: true)
            case .bytes(let future): future.cancel(force: true)
            }
        }

        func value() throws {
            switch self {
            case .number(let future): _ = try future.value(timeout: .milliseconds(20))
            case .bytes(let future): _ = try future.value(timeout: .milliseconds(20))
            }
        }
    }

    private func survive(_ what: String, _ body: () throws -> Void) {
        do { try body() } catch {
            let isTyped = error is MultitaskingError || error is RemoteError || error is CodableFailure
            check(isTyped, "\(what) threw \(type(of: error)): \(error)")
        }
    }

    /// Calls everything; whatever is thrown must be an error of the package or of the tasks.
    private func use(
        _ pool: ProcessPool, _ channels: [any Channel], _ signal: any CancelSignal, _ tasks: inout [Task]
    ) {
        _ = pool.memoryUsage
        _ = pool.workerProcessIDs
        for task in tasks { survive("value") { try task.value() } }
        for channel in channels {
            survive("send") { _ = try channel.send(7, wait: .upTo(.milliseconds(20))) }
            survive("send") { _ = try channel.send([UInt8](repeating: 3, count: 3000), wait: .upTo(.milliseconds(20))) }
            var isWhole = true
            for _ in 0..<60 where isWhole {
                survive("receive") {
                    do {
                        _ = try channel.receive(as: Int.self, wait: .never)
                        _ = try channel.receive(as: [UInt8].self, wait: .never)
                    } catch let error as MultitaskingError where error.code == .memoryDamaged { isWhole = false }
                }
            }
            _ = channel.status
            survive("taskDone") { try channel.taskDone() }
            _ = channel.join(wait: .upTo(.milliseconds(20)))
        }
        signal.set()
        _ = signal.isSet
        signal.clear()
        survive("submit") { tasks.append(.number(try pool.submit(double, 4))) }
        survive("submit") { tasks.append(.bytes(try pool.submit(echoBytes, makeBytes(100_000)))) }
        survive("submit") { tasks.append(.number(try pool.submit(1) { $0 + 1 })) }
        survive("makeChannel") {
            let channel = try pool.makeChannel(capacity: 3)
            _ = try channel.send(1, wait: .never)
            _ = try channel.receive(as: Int.self, wait: .never)
        }
        survive("makeCancelSignal") { try pool.makeCancelSignal().set() }
    }
}
