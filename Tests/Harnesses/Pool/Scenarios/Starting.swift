import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let startingScenarios: [String: Scenario] = [
    "start-arguments": { try $0.argumentsAreTheClients() },
    "start-in-initializer": { try $0.startInInitializer() },
    "start-recursive": { try $0.recursivePools() },
    "start-arena-truncated": { try $0.arenaTruncated() },
    "start-descriptor-closed": { try $0.descriptorClosed() },
    "start-through-loader": { try $0.throughLoader() },
    "start-loaded": { try $0.loaded() },
    "start-beside-copy": { try $0.startBesideCopy() },
    "start-hangs": { try $0.startHangs() },
    "start-forgetting": { try $0.startForgetting() },
    "start-cost": { try $0.startCost() },
]

/// A pool in a `static let`, beside something else that a task may want.
private enum Global {
    static let pool = Result {
        try ProcessPool(maxWorkers: 2, startMethod: .automatic, arenaLimit: 64 << 20)
    }
    static let forked = Result { try ProcessPool(maxWorkers: 1, startMethod: .fork, arenaLimit: 64 << 20) }
    static let factor = 2
    static let copied = Mutex<ProcessPool?>(nil)
    /// What a task that captures says, asked for while this is initialized.
    static let captured = Result<Int, any Error> {
        let number = Int(getpid())
        guard let pool = copied.withLock({ $0 }) else { return 0 }
        return try pool.submit(1) { $0 + number }.value(timeout: .seconds(20))
    }
}

private func times(_ number: Int) -> Int { number * Global.factor }

private func reachThePool(_ number: Int) throws -> Int {
    try Global.pool.get().submit(times, number).value(timeout: .seconds(20))
}

private func arguments(_ number: Int) -> [String] { CommandLine.arguments }

/// Makes a pool that runs this function once more, and so on.
private func recurse(_ depth: Int) throws -> Int {
    let pool = try ProcessPool(maxWorkers: 2, arenaLimit: 64 << 20)
    defer { pool.shutdown(.kill) }
    return try pool.submit(recurse, depth + 1).value(timeout: .seconds(60))
}

/// Tries to change the size of the memory that all processes of the pool share; the error numbers.
private func truncateArena(_ number: Int) -> [Int32] {
    var results: [Int32] = []
    for file in Proc.openFiles where file.contains("memfd:swift-multitasking") {
        guard let descriptor = Int32(file.prefix { $0 != "→" }) else { continue }
        for size in [0, 4096, 1 << 45] {
            results.append(ftruncate(descriptor, size) == 0 ? 0 : errno)
        }
    }
    return results
}

extension Harness {
    func argumentsAreTheClients() throws {
        checkEqual(CommandLine.arguments.dropFirst().first, "start-arguments")
        try withPool(maxWorkers: 1) { pool in
            checkEqual(try pool.submit(arguments, 0).value(timeout: .seconds(20)), CommandLine.arguments)
            kill(pool.supervisorProcessID, SIGKILL)
            let isThere = eventually {
                (try? pool.submit(arguments, 0).value(timeout: .seconds(20))) == CommandLine.arguments
            }
            check(isThere, "the arguments of a later worker are others")
        }
    }

    func startInInitializer() throws {
        if method == .fork {
            checkThrows(.unsafeFork) { try Global.forked.get() }
            try withPool(captures: .copiesOnly) { pool in
                Global.copied.withLock { $0 = pool }
                checkThrows(.capturesState) { try Global.captured.get() }
                Global.copied.withLock { $0 = nil }
            }
        }
        let pool = try Global.pool.get()
        checkEqual(pool.startedBy, .spawn)
        checkEqual(try pool.submit(times, 21).value(timeout: .seconds(20)), 42)
        let error = checkThrows(.nestedTooDeep) { try pool.submit(reachThePool, 21).value(timeout: .seconds(30)) }
        check(error?.message.contains("global") ?? false, "the message does not name the cause")
        checkEqual(try pool.submit(times, 4).value(timeout: .seconds(20)), 8)
        pool.shutdown(.drain)
        check(Proc.children.isEmpty && Proc.family.isEmpty, "processes are left")
        // What a global holds is never given back.
        _exit(Checks.failures == 0 ? 0 : 1)
    }

    func recursivePools() throws {
        try withPool { pool in
            let task = try pool.submit(recurse, 1)
            var most = 0
            check(
                eventually(within: .seconds(60)) {
                    most = max(most, Proc.family.count)
                    return task.isDone
                }, "the pools go on and on: \(most) processes")
            check(most <= 16, "there were \(most) processes")
            let error = checkThrows(.nestedTooDeep) { try task.value(timeout: .seconds(1)) }
            check(error?.message.contains("would be nested in") ?? false, "the message does not name the cause")
            checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        }
    }

    func arenaTruncated() throws {
        try withPool(maxWorkers: 1) { pool in
            let errors = try pool.submit(truncateArena, 0).value(timeout: .seconds(20))
            check(errors.count >= 3, "the task has not found the memory")
            check(errors.allSatisfy { $0 == EPERM }, "truncating the memory gave \(errors)")
            checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        }
    }

    /// A program that closes descriptors that it hasn't opened, as daemons do, isn't started again without them.
    func descriptorClosed() throws {
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
        checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        let arena = Proc.entries("/proc/self/fd").compactMap { Int32($0) }.first {
            Proc.link("/proc/self/fd/\($0)").hasPrefix("/memfd:swift-multitasking")
        }
        guard let arena else { return Checks.fail("the memory's descriptor was not found") }
        // Another file gets its number.
        let other = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        checkEqual(dup2(other, arena), arena, "the descriptor")
        close(other)
        kill(pool.supervisorProcessID, SIGKILL)
        if pool.startedBy == .spawn {
            // The worker may take tasks until it, too, has ended.
            var error: MultitaskingError?
            let isBroken = eventually {
                do { _ = try pool.submit(double, 5).value(timeout: .seconds(20)) } catch let failure {
                    error = failure as? MultitaskingError
                }
                return error?.code == .cannotSpawn
            }
            check(isBroken, "the pool goes on")
            check(error?.message.contains("has closed a descriptor") ?? false, "\(String(describing: error))")
        } else {
            checkEqual(try pool.submit(double, 5).value(timeout: .seconds(20)), 10)
        }
        pool.shutdown(.kill)
    }

    // MARK: Programs that are started as another one

    /// The system takes a program that the loader was told to load for the loader.
    func throughLoader() throws {
        let program = Proc.link("/proc/self/exe")
        let (name, directory) = (program.split(separator: "/").last ?? "", program.prefix { _ in true })
        let end = directory.index(directory.endIndex, offsetBy: -name.count)
        for (path, number) in [(program, 0), ("./\(name)", 0), ("./\(name)", 1)] {
            let arguments = ["ld.so", path, "start-loaded", method.rawValue, "\(number)"]
            let loaded = try Program(
                path: Proc.loader, arguments: arguments, directory: String(directory[..<end])
            ).run()
            checkEqual(loaded.code, 0, "the exit code of \(arguments), which has printed \(loaded.output)")
        }
    }

    func loaded() throws {
        check(Proc.link("/proc/self/exe") != CommandLine.arguments.first, "this was not loaded by the loader")
        guard number == 1 else {
            return try withPool { pool in
                checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
                checkEqual(try pool.submit(arguments, 0).value(timeout: .seconds(20)), CommandLine.arguments)
            }
        }
        // From here the loader does not find the program again.
        checkEqual(unsafe chdir("/"), 0, "changing the directory")
        let start = { try ProcessPool(maxWorkers: 1, startMethod: .spawn, arenaLimit: 64 << 20) }
        let error = checkThrows(.cannotSpawn) { try start() }
        check(error?.message.contains("/proc/self/exe") ?? false, "the message does not name the cause")
        if method == .fork {
            let pool = try ProcessPool(maxWorkers: 1, startMethod: .fork, arenaLimit: 64 << 20)
            checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
            pool.shutdown(.drain)
        }
    }

    /// A library that is loaded late brings a copy of the package of its own.
    func startBesideCopy() throws {
        let path = Proc.link("/proc/self/exe").split(separator: "/").dropLast().map { "/\($0)" }.joined()
        let library = unsafe dlopen("\(path)/libmultitasking-test-plugin.so", RTLD_NOW)
        guard let run = unsafe dlsym(library, "plugin_run") else { return check(false, "there is no library") }
        var ends: [Int32] = [-1, -1]
        check(unsafe pipe(&ends) == 0, "no pipe")
        let output = dup(1)
        dup2(ends[1], 1)
        unsafe unsafeBitCast(run, to: (@convention(c) (Int32) -> Void).self)(method == .spawn ? 1 : 0)
        fflush(nil)
        dup2(output, 1)
        for end in [output, ends[1]] { close(end) }
        let text = unsafe String(unsafeUninitializedCapacity: 4096) {
            unsafe max(0, read(ends[0], $0.baseAddress, $0.count))
        }
        close(ends[0])
        check(text.hasPrefix("functionNotFound: this process has two copies of the package"), text)
        try withPool { pool in checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8) }
    }

    /// A program that neither becomes the supervisor nor ends: the loader reports to a pipe that nobody reads.
    ///
    /// A pool that loses its supervisor then is given up meanwhile.
    func startHangs() throws {
        let bereft = try ProcessPool(maxWorkers: 1, startMethod: .spawn, arenaLimit: 64 << 20)
        let task = try bereft.submit(nap, 60_000)
        var ends: [Int32] = [-1, -1]
        check(unsafe pipe(&ends) == 0, "no pipe")
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let bytes = [UInt8](repeating: 0, count: 4096)
        while unsafe write(ends[1], bytes, bytes.count) > 0 {}
        _ = fcntl(ends[1], F_SETFL, 0)
        let before = dup(2)
        dup2(ends[1], 2)
        unsafe setenv("LD_DEBUG", "all", 1)
        let first = bereft.supervisorProcessID
        kill(first, SIGKILL)
        let isReplaced = eventually {
            _ = task.waitUntilDone(.upTo(.milliseconds(1)))
            return bereft.supervisorProcessID != first
        }
        let start = ContinuousClock.now
        let result = Result { try ProcessPool(maxWorkers: 1, startMethod: .spawn, arenaLimit: 64 << 20) }
        let time = ContinuousClock.now - start
        unsafe unsetenv("LD_DEBUG")
        dup2(before, 2)
        for descriptor in ends + [before] { close(descriptor) }
        let error = checkThrows(.cannotSpawn) { try result.get() }
        check(error?.message.contains("ended after") ?? false, "the message does not name the cause")
        check(time < .seconds(30), "the start took \(time)")
        check(isReplaced, "no other supervisor is started")
        check(task.waitUntilDone(.upTo(.seconds(10))), "the task of a pool without a supervisor does not end")
        do {
            let value = try bereft.submit(double, 4).value(timeout: .seconds(10))
            Checks.fail("a pool without a supervisor says \(value)")
        } catch let error as MultitaskingError where error.code != .timedOut {
            check("\(error)".contains("cannotSpawn"), "the error does not name the cause: \(error)")
        } catch { Checks.fail("threw \(error)") }
        bereft.shutdown(.drain)
    }

    /// The thread that starts workers has a number that is half of an address; those of the C library lie in variables
    /// of the thread that begin as zero. Without them, the next allocation or conversion would end the process.
    func startForgetting() throws {
        let block = unsafe malloc(40)
        defer { unsafe free(block) }
        let places = unsafe [block, dlsym(nil, "isalpha"), dlsym(nil, "environ")].map { UInt(bitPattern: $0) }
        for place in places {
            mt_forget_thread(pid_t(truncatingIfNeeded: place >> 32))
            mt_forget_thread(pid_t(truncatingIfNeeded: place))
            unsafe free(malloc(40))
            checkEqual(isalpha(120) != 0, true)
        }
        checkEqual(try ProcessPool(maxWorkers: 1, startMethod: method).submit(double, 4).value(), 8)
    }

    /// Says how long two workers take to the first result; the number says how many pools are made.
    func startCost() throws {
        var times: [Duration] = []
        for _ in 0..<max(1, number) {
            let start = ContinuousClock.now
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
            _ = try pool.submit(double, 1).value(timeout: .seconds(20))
            times.append(ContinuousClock.now - start)
            pool.shutdown(.drain)
        }
        times.sort()
        report("\(method): best \(times[0]), median \(times[times.count / 2])")
    }
}
