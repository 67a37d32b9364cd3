import MultitaskingCore

/// Waits for the signal, and returns the number.
func valueAfterSignal(_ environment: any TaskEnvironment, _ gate: SignalTicket, _ number: Int) throws -> Int {
    guard try gate.open(environment).waitUntilSet(gate.limit) else { throw PortableFailure(number: -1) }
    return number
}

/// Sleeps, and returns the number.
func sleepAndReturn(_ environment: any TaskEnvironment, _ duration: Duration, _ number: Int) -> Int {
    environment.clock.sleep(for: duration)
    return number
}

func sum(_ first: Int, _ second: Int) -> Int { first + second }
func describeSum(_ sum: Int, _ name: String) -> String { "\(name): \(sum)" }

/// Waits for an element; whether the signal is set then.
func isSetAfterReceiving(
    _ environment: any TaskEnvironment, _ numbers: ChannelTicket, _ signal: SignalTicket
) throws -> Bool {
    let flag = try signal.open(environment)
    guard try numbers.open(environment).receive(as: Int.self, wait: numbers.limit) != nil else { return false }
    return flag.isSet
}
