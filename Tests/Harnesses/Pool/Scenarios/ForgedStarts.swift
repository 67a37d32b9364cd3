import CMultitaskingLinux
import CPrograms
import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

// Whoever starts a program chooses its environment and its descriptors. None of that makes a program a supervisor
// unless its parent is the same program, run by the same user, and has made everything for it.

let forgedStartScenarios: [String: Scenario] = [
    "forged-starts": { try $0.forgedStarts() },
    "forged-start-privileged": { try $0.privilegedPrograms() },
    "forged-start-attack": { try $0.attack() },
    "forged-start-main": { $0.reportMain() },
    "start-privileged": { $0.startPrivileged() },
    "start-user-changed": { try $0.startWithUserChanged() },
]

private let variable = MT_SUPERVISOR_VARIABLE

/// Everything a supervisor is started with, made by hand.
private struct Forgery {
    var bootstrap = mt_bootstrap()
    var link = mt_link()
    var arena: Int32
    let doorbell = mt_eventfd()
    let client = mt_pidfd_open(getpid())
    var secret: String

    /// As the library makes it, for a program that is the same as this one.
    init(sealed: Bool = true) throws {
        let layout = (workers: 1, slots: 64, chunks: 1)
        arena = unsafe mt_memfd_create("swift-multitasking")
        unsafe mt_link_open(&link)
        // What the layout of so small an arena takes; the tables are large, and sparse.
        let size = forgedArenaSize
        ftruncate(arena, size)
        if sealed { mt_seal_size(arena) }
        var file = stat()
        unsafe fstat(arena, &file)
        bootstrap.form = mt_bootstrap_form
        bootstrap.build = mt_build_number()
        bootstrap.arena_device = UInt64(file.st_dev)
        bootstrap.arena_inode = UInt64(file.st_ino)
        bootstrap.arena_size = UInt64(size)
        bootstrap.workers = UInt64(layout.workers)
        bootstrap.slot_capacity = UInt64(layout.slots)
        bootstrap.chunk_count = UInt64(layout.chunks)
        let bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        unsafe withUnsafeMutableBytes(of: &bootstrap.secret) { unsafe $0.copyBytes(from: bytes) }
        secret = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    var descriptors: [Int32] { [arena, doorbell, client, link.supervisor] }

    func send() {
        unsafe withUnsafeBytes(of: bootstrap) { _ = unsafe Glibc.send(link.client, $0.baseAddress, $0.count, 0) }
    }

    func close() {
        for descriptor in descriptors { Glibc.close(descriptor) }
        mt_link_close(link.id)
    }
}

/// The size of an arena with one worker, 64 slots and one chunk.
private var forgedArenaSize: Int { 1 << 34 }

/// The memory of a pool as supervisors of other builds take it for one: they look at its first words only.
private func arenaOfOtherBuild() -> Int32 {
    let arena = unsafe mt_memfd_create("swift-multitasking")
    ftruncate(arena, 1 << 34)
    let words: [UInt64] = [0x4d54_4152_454e_4131, 1, 64, 1]
    _ = unsafe words.withUnsafeBytes { unsafe pwrite(arena, $0.baseAddress, $0.count, 0) }
    return arena
}

extension Harness {
    /// What a program that was left alone says; with a number, it makes a pool besides.
    func reportMain() {
        let value = unsafe getenv(variable).map { unsafe String(cString: $0) } ?? "-"
        report("main ran as \(geteuid()) with \(value)")
        guard number == 1 else { return }
        do {
            try withPool(maxWorkers: 1) { pool in
                report("its pool says \(try pool.submit(double, 4).value(timeout: .seconds(20)))")
            }
        } catch { report("no pool: \(error)") }
    }

    private func expectMain(
        _ what: String, _ program: Program, uid: uid_t = geteuid(), line: Int = #line
    ) throws {
        let end = try program.run()
        let value = program.variables[variable] ?? "-"
        check(
            end.code == 0 && end.output.contains("main ran as \(uid) with \(value)\n"),
            "\(what): the program ended with \(end.code) and said \(end.output)", line: line)
        if program.arguments.last == "1" {
            check(end.output.contains("its pool says 8"), "\(what): \(end.output)", line: line)
        }
    }

    /// Starts a program with everything that might make it a supervisor, in all ways but the right one.
    private func expectMainOfForgeries(_ program: Program, uid: uid_t) throws {
        func expect(_ what: String, _ value: String, _ descriptors: [Int32] = []) throws {
            var forged = program
            forged.variables[variable] = value
            forged.descriptors = descriptors
            try expectMain(what, forged, uid: uid)
        }
        for value in ["", "1", String(repeating: "0", count: 32), String(repeating: "x", count: 4000)] {
            try expect("the variable alone", value)
            let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
            try expect("the variable and any files", value, [null, null, null, null])
            close(null)
            let arena = arenaOfOtherBuild()
            let (doorbell, client) = (mt_eventfd(), mt_pidfd_open(getpid()))
            try expect("an arena of another build", value, [arena, doorbell, client])
            try expect("an arena of another build", value, [arena, doorbell, client, doorbell])
            for descriptor in [arena, doorbell, client] { close(descriptor) }
        }
        let changes: [(String, (inout Forgery) -> Void)] = [
            ("the wrong secret", { $0.secret = String(repeating: "a", count: 32) }),
            ("no secret", { $0.secret = "" }),
            ("another build", { $0.bootstrap.build ^= 1 }),
            ("another form", { $0.bootstrap.form += 1 }),
            ("another arena", { $0.bootstrap.arena_inode ^= 1 }),
            ("another size", { $0.bootstrap.arena_size += 1 }),
        ]
        for (what, change) in changes {
            var forgery = try Forgery()
            change(&forgery)
            forgery.send()
            try expect(what, forgery.secret, forgery.descriptors)
            forgery.close()
        }
        let unsealed = try Forgery(sealed: false)
        unsealed.send()
        try expect("an arena that is not sealed", unsealed.secret, unsealed.descriptors)
        unsealed.close()
        let silent = try Forgery()
        try expect("a link that says nothing", silent.secret, silent.descriptors)
        silent.close()
    }

    func forgedStarts() throws {
        try expectMainOfForgeries(.harness("forged-start-main", method, 1), uid: geteuid())
        // What all of these are a change of makes the program a supervisor.
        let genuine = try Forgery()
        genuine.send()
        var program = Program.harness("forged-start-main", method)
        program.variables[variable] = genuine.secret
        program.descriptors = genuine.descriptors
        let (ours, theirs) = (genuine.link.client, genuine.link.supervisor)
        let thread = startThread {
            // The byte by which it proves that it has become one; then its client hangs up, and it ends.
            var proof: UInt8 = 0
            checkEqual(unsafe recv(ours, &proof, 1, 0), 1, "the bytes of the proof")
            Glibc.shutdown(ours, Int32(SHUT_RDWR))
        }
        let end = try program.run()
        check(!end.output.contains("main ran"), "the forgery is wrong in more than was meant: \(end.output)")
        // If it has proved nothing.
        Glibc.shutdown(theirs, Int32(SHUT_RDWR))
        pthread_join(thread, nil)
        genuine.close()
        // The same for another program, though it is like this one in every byte.
        let copy = "/tmp/pool-harness-copy-\(getpid())"
        copyProgram(to: copy, 0o755)
        let other = try Forgery()
        other.send()
        program.path = copy
        program.variables[variable] = other.secret
        program.descriptors = other.descriptors
        try expectMain("another program", program)
        other.close()
        unsafe unlink(copy)
        // And between it and us another process, whose child the program is.
        let inherited = try Forgery()
        inherited.send()
        var relay = Program(
            path: "/bin/sh", arguments: ["sh", "-c", "\"$0\" \"$@\"; exit $?", Proc.link("/proc/self/exe")])
        relay.arguments += ["forged-start-main", method.rawValue, "0"]
        relay.variables[variable] = inherited.secret
        relay.descriptors = inherited.descriptors
        try expectMain("a program that somebody else has started", relay)
        inherited.close()
    }

    // MARK: Programs with more rights than their user

    /// An ordinary user starts programs that run with the rights of root.
    func privilegedPrograms() throws {
        guard geteuid() == 0 else { return Checks.fail("only root can make set-user-id programs: run this as root") }
        guard let directory = makeDirectoryForPrograms() else {
            return Checks.fail("set-user-id has no effect here (nosuid, no_new_privs): run this where it has")
        }
        let modes: KeyValuePairs<String, mode_t> = [
            "setuid": 0o4755, "setgid": 0o2755, "capable": 0o755, "plain": 0o755,
        ]
        defer {
            for (name, _) in modes { unsafe unlink("\(directory)/\(name)") }
            unsafe rmdir(directory)
        }
        for (name, mode) in modes { copyProgram(to: "\(directory)/\(name)", mode) }
        unsafe checkEqual(program_set_capability("\(directory)/capable"), 0, "setting file capabilities")
        for (number, (name, _)) in modes.enumerated() {
            var attack = Program.harness("forged-start-attack", method, number)
            attack.variables["POOL_HARNESS_VICTIM"] = "\(directory)/\(name)"
            let end = try attack.run()
            checkEqual(end.code, 0, "the exit code of the attack on the \(name) program, which printed \(end.output)")
        }
    }

    func attack() throws {
        becomeNobody()
        let victim = unsafe getenv("POOL_HARNESS_VICTIM").map { unsafe String(cString: $0) } ?? ""
        var program = Program.harness("forged-start-main", method)
        program.path = victim
        try expectMainOfForgeries(program, uid: number == 0 ? 0 : geteuid())
        guard number < 3 else { return }
        let genuine = try Forgery()
        genuine.send()
        program.variables[variable] = genuine.secret
        program.descriptors = genuine.descriptors
        try expectMain("everything as the library makes it", program, uid: number == 0 ? 0 : geteuid())
        genuine.close()
        // Such a program is no client of a spawned pool either, and says so.
        program = .harness("start-privileged", method)
        program.path = victim
        let end = try program.run()
        checkEqual(end.code, 0, "the exit code of a program that makes a pool, and printed \(end.output)")
    }

    /// A program that gives up the rights of root, as daemons do, and may not be looked at any more by others.
    func startWithUserChanged() throws {
        guard geteuid() == 0 else { return Checks.fail("only root can become somebody else: run this as root") }
        becomeNobody()
        try withPool { pool in
            checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
            kill(pool.supervisorProcessID, SIGKILL)
            check(eventually { (try? pool.submit(double, 4).value(timeout: .seconds(20))) == 8 }, "no new supervisor")
        }
    }

    /// What a program with more rights than its user can do.
    func startPrivileged() {
        let error = checkThrows(.cannotSpawn) {
            try ProcessPool(maxWorkers: 1, startMethod: .spawn, arenaLimit: 64 << 20)
        }
        check(error?.message.contains("set-user-id") ?? false, "the message does not name the cause")
        do {
            let pool = try ProcessPool(maxWorkers: 1, startMethod: .fork, arenaLimit: 64 << 20)
            checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
            pool.shutdown(.drain)
        } catch { Checks.fail("threw \(error)") }
    }
}

private func becomeNobody() {
    let nobody: uid_t = 65534
    let results = [setgroups(0, nil), setgid(nobody), setuid(nobody)]
    check(results.allSatisfy { $0 == 0 }, "cannot become an ordinary user")
}

/// A new directory in which programs can be set-user-id, and everybody finds them.
private func makeDirectoryForPrograms() -> String? {
    guard !Proc.read("/proc/self/status").contains("NoNewPrivs:\t1") else { return nil }
    for parent in ["/tmp", "/var/tmp", "/usr/local", "/opt"] {
        var system = statvfs()
        guard unsafe statvfs(parent, &system) == 0, system.f_flag & UInt(ST_NOSUID) == 0 else { continue }
        let path = "\(parent)/pool-harness-\(getpid())"
        guard unsafe mkdir(path, 0o755) == 0, unsafe chmod(path, 0o755) == 0 else { continue }
        return path
    }
    return nil
}

private func copyProgram(to path: String, _ mode: mode_t) {
    let source = unsafe open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
    let target = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o755)
    defer {
        close(source)
        close(target)
    }
    while sendfile(target, source, nil, 1 << 24) > 0 {}
    checkEqual(fchmod(target, mode), 0, "changing the mode of \(path)")
}
