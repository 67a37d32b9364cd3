#if DEBUG || TESTABLE
    import CPtrace
    import Glibc
    import MultitaskingCore
    @testable import MultitaskingProcesses

    /// Prepares a scenario once, and then kills the victim at one place after the other.
    ///
    /// The victim's and the survivors' processes are forked from this one for each place, so all of them begin alike.
    /// Before each, the shared memory is put back to what it was.
    ///
    /// **Why writes.** What the dead leaves to others is what is in the shared memory, and nothing else: it has no other
    /// memory, descriptor or lock in common with them. Between two instructions that write there, this does not change,
    /// so all places between them are the same place. Killing before each write, and after the last, is therefore the
    /// same as killing at every instruction. The processor finds the writes: the memory is mapped read-only, and each
    /// write faults. The mode `every` kills at every instruction all the same.
    final class Runner {
        let scenario: Scenario
        let world: World
        private let start: Image
        private(set) var points = 0
        private(set) var checks = 0
        private(set) var failures = 0

        init(_ scenario: Scenario) throws {
            self.scenario = scenario
            world = try World(capacity: scenario.capacity)
            try scenario.prepare(world)
            start = try Image(of: world.core.mapping)
        }

        // MARK: The victim

        /// Forks a process that runs `body`, and lets it go to its first mark.
        func trace(marksItself: Bool = false, _ body: () throws -> Void) throws -> pid_t {
            let pid = pt_fork()
            guard pid >= 0 else { throw Broken("fork failed") }
            if pid == 0 {
                if !marksItself { pt_mark() }
                do { try body() } catch {
                    Scoreboard.text = "the operation failed: \(error)"
                    _exit(9)
                }
                Scoreboard.set(Scoreboard.victimIsThrough, 1)
                pt_mark()
                _exit(0)
            }
            guard pt_continue(pid) == Int32(pt_marked) else {
                throw Broken("the traced process did not begin: \(Scoreboard.text)")
            }
            return pid
        }

        private func startVictim() throws -> pid_t {
            Scoreboard.reset()
            start.restore()
            return try trace(marksItself: scenario.marksItself) { try scenario.operate(world) }
        }

        /// Lets a process run until it is about to make its write number `count`; false if it ends before.
        func run(_ pid: pid_t, toWrite count: Int) throws -> Bool {
            guard pt_protect(pid, world.base, world.watchedSize, false) == 0 else { throw Broken("mprotect failed") }
            for number in 0...count {
                let stop = pt_continue_to_write(pid, world.base, world.watchedSize)
                if stop == Int32(pt_marked) { return false }
                guard stop == Int32(pt_writes) else { throw Broken("lost at write \(number): \(Scoreboard.text)") }
                guard number < count else { return true }
                guard pt_pass_write(pid, world.base, world.watchedSize) == Int32(pt_stepped) else {
                    throw Broken("write \(number) failed")
                }
            }
            return true
        }

        // MARK: The survivors

        /// Has the survivors look, in a process of their own.
        func check(_ place: String, _ body: (Checks) throws -> Void) {
            let checks = Checks(
                world: world, scenario: scenario, isThrough: Scoreboard.value(Scoreboard.victimIsThrough) != 0)
            Scoreboard.text = ""
            let pid = fork()
            if pid == 0 {
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

        func recover() { Recovery(world.core.mapping).recover(world.victimIndex, .killed) }

        /// Kills the victim where it is, and checks what is left, once settled at once and once after others went on.
        private func checkBoth(_ place: String) throws {
            points += 1
            let left = try Image(of: world.core.mapping)
            let begun = Scoreboard.allBegun
            check(place) { checks in
                recover()
                try checks.afterwards(([], []))
            }
            left.restore()
            Scoreboard.allBegun = begun
            check("\(place), survivors first") { checks in
                let early = try checks.goOn()
                recover()
                try checks.afterwards(early)
            }
        }

        // MARK: Modes

        /// Kills the victim before each of its writes, and after the last.
        func killAtEveryWrite() throws {
            var isDone = false
            var write = 0
            while !isDone {
                let pid = try startVictim()
                isDone = try !run(pid, toWrite: write)
                pt_kill(pid)
                try checkBoth(isDone ? "at its end" : "before write \(write)")
                write += 1
            }
        }

        /// Kills the victim after every `stride` instructions.
        func killAtEveryInstruction(stride: Int) throws {
            var isDone = false
            var instruction = 0
            while !isDone {
                let pid = try startVictim()
                var done = 0
                isDone = unsafe pt_step(pid, instruction, &done) == Int32(pt_marked)
                pt_kill(pid)
                try checkBoth("after instruction \(done)")
                instruction += stride
            }
        }
    }

    extension Recovery.End {
        static let killed = Recovery.End(status: 9 | CrashRecord.signalFlag, peakMemory: 0)
    }

#endif
