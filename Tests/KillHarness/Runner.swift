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
        private let start: State
        private(set) var points = 0
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

        private func startVictim() throws -> pid_t {
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

        /// What the supervisor does when it finds the victim dead.
        func settle() {
            var supervisor = world.supervisor
            supervisor.takeHandedBack()
            // The third worker is dead from the beginning, where a scenario has given it a task.
            for index in [world.victimIndex, 3] {
                if let retry = Recovery(world.core.mapping).recover(index, .killed) { supervisor.delay(retry) }
            }
            supervisor.takeHandedBack()
            _ = supervisor.queueDueTasks()
        }

        /// What a supervisor does whose predecessor has died, and with it all workers.
        func settleAfterPredecessor() {
            var supervisor = world.supervisor
            supervisor.recoverAfterPredecessor()
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
