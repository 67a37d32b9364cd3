import Glibc
import MultitaskingCore

/// The function of most tasks: does what its fate is.
func suffer(_ order: Order) throws -> Reply {
    begin(order)
    switch order.fate {
    case .spins:
        let end = ContinuousClock.now + .milliseconds(Int(order.milliseconds))
        while ContinuousClock.now < end {}
    case .sleeps: usleep(order.milliseconds * 1000)
    case .waitsForFlag: _ = order.flag?.signal.waitUntilSet(.upTo(.seconds(20)))
    case .throwsCodable: throw CrossingFailure(id: order.id)
    case .throwsPlain: throw PlainFailure(id: order.id)
    case .traps: preconditionFailure("this trap is meant")
    case .segfaults: unsafe UnsafeMutablePointer<Int>(bitPattern: 64)?.pointee = 1
    case .kills: kill(getpid(), SIGKILL)
    case .aborts: abort()
    case .exits0: exit(0)
    case .exits3: exit(3)
    case .exitsQuickly: _exit(4)
    case .overflows: return Reply(id: order.id, fate: order.fate, words: [UInt64(fall(from: Int(order.id)))])
    case .stops: while true { raise(SIGSTOP) }
    case .hangs: while true { sleep(100) }
    case .hangsDeafly:
        signal(SIGTERM, SIG_IGN)
        while true { sleep(100) }
    case .leavesWhenAsked: while order.environment?.isEndRequested == false { usleep(200) }
    case .startsProcess: startProcess()
    case .startsProcessAndDies:
        startProcess()
        kill(getpid(), SIGKILL)
    case .crashesFirst where attempt(of: order) <= Int(order.failures): kill(getpid(), SIGKILL)
    case .throwsFirst where attempt(of: order) <= Int(order.failures): throw CrossingFailure(id: order.id)
    default: break
    }
    return try order.sharedReply
}

/// The same for a task that returns, as an `async` function, which runs in threads of its worker.
func sufferAsync(_ order: Order) async throws -> Reply {
    begin(order)
    async let first = Payload.words(~UInt64(order.id), Int(order.answer))
    try await Task.sleep(for: .microseconds(Int(order.milliseconds)))
    return Reply(id: order.id, fate: order.fate, words: await first)
}

/// A task whose arguments are the replies of two others: it says by its own whether they came whole.
func combine(_ first: Reply, _ second: Reply) -> Reply {
    let id = Dependent.id(of: first.id)
    Logbook.begun.note(0, UInt64(id), 1)
    let areWhole = [first, second].allSatisfy { $0.words == Payload.words(~UInt64($0.id), $0.words.count) }
    return Reply(id: id, fate: areWhole ? .returns : .traps, words: [])
}

/// Writes down that a task has begun; its argument must have come whole.
func begin(_ order: Order) {
    Logbook.begun.note(0, UInt64(order.id), UInt64(attempt(of: order)))
    if order.words != Payload.words(UInt64(order.id), order.words.count) { abort() }
    if let shared = order.sharedValue?.value, shared != Payload.words(UInt64(shared.count), shared.count) { abort() }
    if let shared = order.shared, !shared.elementsEqual(Payload.words(UInt64(shared.count), shared.count)) { abort() }
}

extension Order {
    /// What the task returns, with an array that it makes if it is to.
    fileprivate var sharedReply: Reply {
        get throws {
            guard makesShared, let environment else { return reply }
            var reply = reply
            reply.made = try environment.makeSharedArray(of: UInt64.self, count: reply.words.count) { elements in
                for index in elements.indices { elements[index] = reply.words[index] }
            }
            return reply
        }
    }
}

private func attempt(of order: Order) -> Int { order.environment?.attempt ?? 1 }

/// Falls until the stack is used up; twice in itself, so that no compiler makes a loop of it.
@inline(never)
private func fall(from height: Int) -> Int { height < 0 ? 0 : fall(from: height + 1) ^ fall(from: height + 2) }

/// Starts a process that outlives the task, unless its worker's death ends it.
private func startProcess() {
    _ = spawn("/bin/sleep", CStrings(["sleep", "1000"]), CStrings(ownEnvironment), nil)
}
