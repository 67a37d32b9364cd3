import MultitaskingCore

// What the cases about reports have tasks do.

/// Reports, says so, waits for the signal, and reports once more.
func reportTwice(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ gate: SignalTicket, _ message: String
) throws -> Bool {
    environment.report(TaskReport(0.25, message))
    guard try started.open(environment).send(1, wait: started.limit) else { return false }
    let isOpen = try gate.open(environment).waitUntilSet(gate.limit)
    environment.report(TaskReport(1, ""))
    return isOpen
}

/// Reports, and throws.
func reportAndThrow(_ environment: any TaskEnvironment, _ fraction: Double) throws -> Int {
    environment.report(TaskReport(fraction, "before the error"))
    throw PortableFailure(number: 1)
}

/// Reports at the first attempt and throws; says that it runs at the second, and waits for the signal.
func reportAtFirst(_ environment: any TaskEnvironment, _ started: ChannelTicket, _ gate: SignalTicket) throws -> Int {
    guard environment.attempt > 1 else { return try reportAndThrow(environment, 0.75) }
    _ = try started.open(environment).send(environment.attempt, wait: started.limit)
    _ = try gate.open(environment).waitUntilSet(gate.limit)
    return environment.attempt
}

/// Reports again and again until the signal is set; how often.
///
/// In a simulation a task goes on between two reports of others, so that it must not report without an end.
func reportUntilSignal(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ gate: SignalTicket, _ most: Int
) throws -> Int {
    let signal = try gate.open(environment)
    var count = 0
    repeat {
        count += 1
        environment.report(numberedReport(count))
        if count == 1 { _ = try started.open(environment).send(1, wait: started.limit) }
    } while count < most && !signal.isSet
    return count
}

/// A report whose message says what its fraction is.
func numberedReport(_ number: Int) -> TaskReport {
    let text = String(number)
    return TaskReport(1 - 1 / Double(number), String(repeating: text + ".", count: 1 + number % 8))
}

/// Whether it is one of those, whole.
func isWhole(_ report: TaskReport) -> Bool {
    guard let first = report.message.split(separator: ".").first, let number = Int(first) else { return false }
    return report == numberedReport(number)
}

/// Reports many times, and then ends its worker.
func reportAndStrike(_ environment: any TaskEnvironment, _ count: Int, _ blow: Blow) -> Int {
    for number in 1...count { environment.report(numberedReport(number)) }
    blow.strike()
}
