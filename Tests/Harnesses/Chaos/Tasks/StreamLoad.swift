import MultitaskingCore
import MultitaskingProcesses

extension TaskLoad {
    /// Has a stream call the function of tasks for each of several orders, and judges every result as a task's; now and
    /// then leaves it before its end.
    mutating func streamWave() {
        // With limits and retries each element is a task; without, neighbouring ones form one.
        let areTasks = random.once(in: 2)
        var options = TaskOptions(gracePeriod: .milliseconds(random.number(0...20)))
        if plan.isTight { options.waitForRoom = .upTo(.milliseconds(random.number(0...300))) }
        if areTasks {
            options.timeout = .milliseconds(random.number(5...80))
            options.retries = .onCrash(random.number(0...2))
        }
        let orders = (0..<random.number(1...80)).map { _ in streamOrder(areTasks: areTasks) }
        let ahead = random.once(in: 2) ? nil : random.number(1...20)
        let end = random.once(in: 3) ? random.number(1...orders.count) : orders.count
        Report.progress("streaming \(orders.count) orders from \(orders[0].id) on")
        var outcomes: [(Order, TaskOutcome<Reply>)] = []
        do {
            let order: StreamOrder = random.once(in: 2) ? .input : .completion
            for (offset, result) in try pool.stream(suffer, orders, ahead: ahead, order: order, options: options) {
                let outcome: TaskOutcome<Reply> =
                    switch result {
                    case .success(let reply): .success(reply)
                    case .failure(let error): .failure(error)
                    }
                outcomes.append((orders[offset], outcome))
                if outcomes.count == end { break }
            }
        } catch { Report.breach(.ledger, "a stream threw \(error)") }
        Report.expect(
            outcomes.count == end && Set(outcomes.map(\.0.id)).count == end, .ledger,
            "a stream of \(orders.count) gave \(outcomes.count) results instead of \(end), or one twice")
        Report.add(outcomes.count, to: "streamed")
        witness.update()
        for (order, outcome) in outcomes {
            var verdict = Verdict(order: order, options: options)
            verdict.isTight = plan.isTight
            verdict.mayBeRepeated = !areTasks
            verdict.check(outcome, witness, Report.breach)
        }
    }

    private mutating func streamOrder(areTasks: Bool) -> Order {
        var fate = plan.fate(&random)
        switch fate {
        case .waitsForFlag, .returnsFromCopy, .returnsAsync: fate = .returns
        // What has no limit must come to an end, and what is not an element's alone must not happen to others.
        case .stops, .hangs, .hangsDeafly, .leavesWhenAsked, .diesDecoding, .throwsDecoding, .diesEncoding,
            .throwsEncoding, .crashesFirst, .throwsFirst:
            if !areTasks { fate = random.once(in: 4) ? .kills : .throwsCodable }
        default: break
        }
        var order = Order(id: takeID(), fate: fate, words: plan.size(&random))
        order.answer = UInt32(plan.size(&random))
        order.milliseconds = UInt32(random.number(0...2))
        order.failures = UInt8(random.number(0...3))
        return order
    }
}

/// A task whose arguments are the replies of two others of its wave.
struct Dependent {
    let future: Future<Reply>
    /// Which tasks of the wave these are.
    let first: Int
    let second: Int

    /// The number of the one that depends on a task first.
    static func id(of first: UInt32) -> UInt32 { first | 1 << 30 }

    /// Checks that it has ended as those have that it depends on.
    func check(_ tasks: [(id: UInt32, future: Future<Reply>)], _ witness: Witness, isTight: Bool) {
        let id = Self.id(of: tasks[0].id)
        guard future.waitUntilDone(.upTo(Limits.hang)), let outcome = future.outcome() else {
            return Report.breach(.hangs, "task \(id), which depends on others, is still \(future.state)")
        }
        let haveSucceeded = tasks.allSatisfy { if case .success? = $0.future.outcome() { true } else { false } }
        if case .failure(let error as MultitaskingError) = outcome, error.code == .dependencyFailed {
            Report.expect(!haveSucceeded && error.cause != nil, .causes, "task \(id): \(error)")
            Report.expect(witness.begun[id] == nil, .attempts, "task \(id) has begun without its arguments")
            return
        }
        var verdict = Verdict(order: Order(id: id, fate: .returns, words: 0), options: .default)
        verdict.isTight = isTight
        verdict.mayBeCancelled = true
        verdict.mayBeKilled = true
        if case .success = outcome {
            Report.expect(haveSucceeded, .values, "task \(id) has a result, and one that it depends on has none")
        }
        verdict.check(outcome, witness, Report.breach)
    }
}
