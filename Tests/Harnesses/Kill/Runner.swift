#if DEBUG || TESTABLE
    import CMultitaskingLinux
    import CPtrace
    import Glibc
    import MultitaskingCore
    @testable import MultitaskingProcesses

    /// Prepares a scenario once, and then kills the victim at one place after the other.
    ///
    /// The victim's and the survivors' processes are forked from this one for each place, so all of them begin alike.
    /// Before each, the shared memory is put back to what it was.
    ///
    /// **Why writes.** What the dead leaves to others is what is in the shared memory, and nothing else: it has no
    /// other memory, descriptor or lock in common with them. Between two instructions that write there, this does not
    /// change, so all places between them are the same place. Killing before each write, and after the last, is
    /// therefore the same as killing at every instruction. The processor finds the writes: the memory is mapped
    /// read-only, and each write faults. The mode `every` believes none of this: it executes the victim one instruction
    /// at a time, and looks at the whole memory after each.
    final class Runner {
        let scenario: Scenario
        let world: World
        private let start: State
        /// How many instructions the victim was seen to execute, one by one.
        private(set) var instructions = 0
        var points = 0
        private(set) var checks = 0
        private(set) var failures = 0

        init(_ scenario: Scenario) throws {
            self.scenario = scenario
            Scoreboard.clear()
            world = try World(scenario.options)
            try scenario.prepare(world)
            start = try State(of: world)
        }

        // MARK: The victim

        /// Forks a process that runs `body`, and lets it go to its first mark.
        func trace(isVictim: Bool = true, marksItself: Bool = false, _ body: () throws -> Void) throws -> pid_t {
            // Whoever waits for a traced process that hangs is ended by this, and the traced process with it.
            alarm(60)
            let pid = pt_fork()
            guard pid >= 0 else { throw Broken("fork failed") }
            if pid == 0 {
                world.goOnInFork()
                if !marksItself { pt_mark() }
                do { try body() } catch {
                    Scoreboard.text = "the operation failed: \(error)"
                    _exit(9)
                }
                if isVictim { Scoreboard.set(Scoreboard.victimIsThrough, 1) }
                pt_mark()
                _exit(0)
            }
            guard pt_continue(pid) == Int32(pt_marked) else {
                throw Broken("the traced process did not begin: \(Scoreboard.text)")
            }
            return pid
        }

        func startVictim() throws -> pid_t {
            start.restore()
            return try trace(marksItself: scenario.marksItself) { try scenario.operate(world) }
        }

        /// Lets a process run until it is about to make its write number `count`, or is through; how many it made.
        @discardableResult
        func run(_ pid: pid_t, toWrite count: Int) throws -> (made: Int, isThrough: Bool) {
            guard pt_protect(pid, world.base, world.watchedSize, false) == 0 else { throw Broken("mprotect failed") }
            var number = 0
            while true {
                let stop = pt_continue_to_write(pid, world.base, world.watchedSize)
                if stop == Int32(pt_marked) { return (number, true) }
                guard stop == Int32(pt_writes) else { throw Broken("lost at write \(number): \(Scoreboard.text)") }
                guard number < count else { return (number, false) }
                guard pt_pass_write(pid, world.base, world.watchedSize) == Int32(pt_stepped) else {
                    throw Broken("write \(number) failed")
                }
                number += 1
            }
        }

        // MARK: The survivors

        /// Has the survivors look, in a process of their own.
        func check(_ place: String, _ body: (Checks) throws -> Void) {
            let checks = Checks(
                world: world, scenario: scenario, isThrough: Scoreboard.value(Scoreboard.victimIsThrough) != 0)
            Scoreboard.text = ""
            // This thread's id, which locks keep, is another one there.
            let pid = mt_fork_afresh()
            if pid == 0 {
                world.playClient()
                world.goOnInFork()
                do { try body(checks) } catch {
                    Scoreboard.text = (error as? Broken)?.text ?? "\(error)"
                    _exit(1)
                }
                _exit(0)
            }
            self.checks += 1
            let code = pt_wait(pid, 20_000)
            guard code != 0 else { return }
            failures += 1
            let why = code == 1009 ? "hangs" : code > 1000 ? "died of signal \(code - 1000)" : Scoreboard.text
            print("\(scenario.name), \(place): \(why)")
            fflush(nil)
        }

        /// What the supervisor does when it finds the victim dead.
        func settle() {
            if scenario.endsQueued { return settleAfterPredecessor() }
            var supervisor = world.supervisor
            supervisor.takeHandedBack()
            // The third worker is dead from the beginning, where a scenario has given it a task.
            for index in [world.victimIndex, 3] {
                if let retry = Recovery(world.core.mapping).recover(index, .killed) { supervisor.delayed.add(retry) }
            }
            supervisor.takeHandedBack()
            _ = supervisor.queueDueTasks()
        }

        /// What a supervisor does whose predecessor has died, and with it all workers.
        func settleAfterPredecessor() {
            var supervisor = world.supervisor
            supervisor.recoverAfterPredecessor(world.arena.layout.workers)
            if scenario.endsQueued { supervisor.settleQueuedTasks() }
            supervisor.takeHandedBack()
            _ = supervisor.queueDueTasks()
        }

        /// Kills the victim where it is, and checks what is left, once settled at once and once after others went on.
        private func checkBoth(_ place: String) throws {
            points += 1
            let left = try State(of: world)
            check(place) { checks in
                settle()
                try checks.afterwards()
            }
            left.restore()
            check("\(place), survivors first") { checks in
                let early = try checks.goOn()
                settle()
                try checks.afterwards(early, isThorough: false)
            }
        }

        // MARK: Modes

        /// Kills the victim before each of its writes, and after the last.
        func killAtEveryWrite() throws {
            var isThrough = false
            var write = 0
            while !isThrough {
                let pid = try startVictim()
                isThrough = try run(pid, toWrite: write).isThrough
                pt_kill(pid)
                try checkBoth(isThrough ? "at its end" : "before write \(write)")
                write += 1
            }
        }

        /// Kills the victim, then the supervisor while it settles that, each at some of their writes; all of them if
        /// `count` is nil.
        func killSupervisor(_ count: Int?, _ random: inout some RandomNumberGenerator) throws {
            let writes = try run(startVictim(), andKillAt: .max)
            for write in Self.sample(0...writes, count.map { max(2, $0 / 8) }, &random) {
                try run(startVictim(), andKillAt: write)
                let dead = try State(of: world)
                func supervisor() throws -> pid_t {
                    dead.restore()
                    return try trace(isVictim: false) { settle() }
                }
                let steps = try run(supervisor(), andKillAt: .max)
                for step in Self.sample(0...steps, count.map { _ in 8 }, &random) {
                    try run(supervisor(), andKillAt: step)
                    points += 1
                    check("before write \(write), supervisor before its write \(step)") { checks in
                        settleAfterPredecessor()
                        try checks.afterwards(isThorough: false)
                    }
                }
            }
        }

        @discardableResult
        private func run(_ pid: pid_t, andKillAt write: Int) throws -> Int {
            defer { pt_kill(pid) }
            return try run(pid, toWrite: write).made
        }

        private static func sample(
            _ range: ClosedRange<Int>, _ count: Int?, _ random: inout some RandomNumberGenerator
        ) -> [Int] {
            guard let count, count < range.count else { return Array(range) }
            return Array(range.shuffled(using: &random).prefix(count)).sorted()
        }

        /// Kills the victim after every instruction that makes a difference: that changed the shared memory, or called
        /// the system, which may have woken somebody. That no other does is seen by looking at the memory after each.
        ///
        /// All victims must take the same way. So each is forked by a copy of this process which is the same each time,
        /// at the same depth of its stack: where things lie in memory decides how many instructions it takes to copy
        /// them.
        ///
        /// - Parameter count: at how many of these places at most, drawn by chance; nil for all.
        func killAtEveryInstruction(_ count: Int?, _ random: inout some RandomNumberGenerator) throws {
            // Drawn before the first copy is made: from there on nothing may be allocated.
            let drawn = (0..<(count ?? 0)).map { _ in Int.random(in: 0..<1 << 32, using: &random) }
            StepList.clear()
            fflush(nil)
            guard stepInCopy(toPlace: nil) == 0 else { throw Broken("the victim cannot be stepped") }
            instructions = StepList.instructions
            let isSample = !drawn.isEmpty && drawn.count < StepList.count
            for turn in 0..<(isSample ? drawn.count : StepList.count) {
                let index = isSample ? drawn[turn] % StepList.count : turn
                var code = Self.strayed
                // Reading the clock takes a few more instructions now and then.
                for _ in 0..<20 where code == Self.strayed { code = stepInCopy(toPlace: index) }
                guard code < Self.strayed else { throw Broken("the victim takes another way each time") }
                points += 1
                checks += 2
                failures += Int(code)
            }
        }

        /// The exit code of a copy whose victim took another way.
        private static let strayed: Int32 = 50

        /// Does `step(toPlace:)` in a copy of this process; its exit code is what that returns.
        private func stepInCopy(toPlace index: Int?) -> Int32 {
            let pid = fork()
            if pid == 0 {
                world.goOnInFork()
                var code = Self.strayed + 1
                do { code = try step(toPlace: index) } catch {
                    print("\(scenario.name): \((error as? Broken)?.text ?? "\(error)")")
                }
                fflush(nil)
                _exit(code)
            }
            return pt_wait(pid, 60_000)
        }

        /// Kills a victim that has come to a place; how many of the two checks failed. Or lists all places, for nil.
        private func step(toPlace index: Int?) throws -> Int32 {
            let pid = try startVictim()
            guard let index else {
                defer { pt_kill(pid) }
                try listPlaces(of: pid)
                return 0
            }
            var done = 0
            let stop = unsafe pt_step(pid, StepList.step(index), &done)
            let isThere = stop == Int32(pt_stepped) && pt_address(pid) == StepList.address(index)
            pt_kill(pid)
            guard isThere else { return Self.strayed }
            let before = failures
            try checkBoth("after instruction \(done)")
            return Int32(failures - before)
        }

        /// Has a victim execute all its instructions.
        private func listPlaces(of pid: pid_t) throws {
            let image = try Image(of: world.core.mapping)
            StepList.append(0, at: pt_address(pid))
            var done = 0
            while true {
                let stop = image.step(pid, at: world.base, instructions: &done)
                StepList.instructions = done
                if stop == Int32(pt_marked) { return }
                guard stop == Int32(pt_stepped) else { throw Broken("lost at instruction \(done): \(Scoreboard.text)") }
                StepList.append(done, at: pt_address(pid))
            }
        }
    }

    extension Recovery.End {
        static let killed = Recovery.End(status: EndStatus(number: 9, isSignal: true), peakMemory: 0)
    }

#endif
