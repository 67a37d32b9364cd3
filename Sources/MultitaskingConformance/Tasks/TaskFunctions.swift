import MultitaskingCore

// What the cases have tasks do. All of it can be sent to another process: functions that capture nothing, and types
// that have names there. A task waits for its channels and signals, and never by looking at the time again and again.

func double(_ number: Int) -> Int { number * 2 }
func makeCounted(_ number: Int) -> CountedValue { CountedValue(number) }
func doubleLater(_ number: Int) async throws -> Int { number * 2 }
func nothing() {}
func nothingLater(_ number: Int) async {}
func constant() -> String { "constant" }
func joined(_ first: String, _ second: Int, _ third: [Double]) -> String { "\(first)|\(second)|\(third)" }
func echo(_ parcel: Parcel) -> Parcel { parcel }
func echoBytes(_ bytes: [UInt8]) -> [UInt8] { bytes }
func echoStubborn(_ value: Stubborn) -> Int { 1 }
func makeStubborn(_ moment: Stubborn.Moment, _ home: Int32) -> Stubborn { Stubborn(moment, home: home) }
func makeOrdered(_ order: StubbornOrder) throws -> Stubborn {
    if order.isThrown { throw PortableFailure(number: 5) }
    return Stubborn(order.moment, home: order.home)
}
func throwPortable(_ number: Int) throws -> Int { throw PortableFailure(number: number) }
func throwAsThePool(_ code: String) throws -> Int { throw MultitaskingError(.init(code), "thrown by the task") }
func throwAsThePoolLater(_ code: String) async throws -> Int { try throwAsThePool(code) }
func throwPlain(_ number: Int) throws -> Int { throw PlainFailure(number: number) }
func throwLater(_ number: Int) async throws -> Int { throw PortableFailure(number: number) }

/// Says that it runs, then waits for the signal; whether that came.
func waitForSignal(_ environment: any TaskEnvironment, _ started: ChannelTicket, _ gate: SignalTicket) throws -> Bool {
    guard try started.open(environment).send(1, wait: started.limit) else { return false }
    return try gate.open(environment).waitUntilSet(gate.limit)
}

/// Waits for the signal; whether that came.
func awaitSignal(_ environment: any TaskEnvironment, _ gate: SignalTicket) throws -> Bool {
    try gate.open(environment).waitUntilSet(gate.limit)
}

func isSignalSet(_ environment: any TaskEnvironment, _ signal: SignalTicket) throws -> Bool {
    try signal.open(environment).isSet
}

func setSignal(_ environment: any TaskEnvironment, _ signal: SignalTicket) throws -> Int {
    try signal.open(environment).set()
    return 1
}

/// Loops until the signal is set, waiting briefly each time as a task does that has work between.
func workUntilSignal(_ environment: any TaskEnvironment, _ started: ChannelTicket, _ stop: SignalTicket) throws -> Int {
    let signal = try stop.open(environment)
    _ = try started.open(environment).send(1, wait: started.limit)
    // Before the parent gives up, which waits as long for what it returns.
    let end = environment.clock.now + stop.patience / 2
    var rounds = 0
    while !signal.isSet, environment.clock.now < end {
        environment.clock.sleep(for: .milliseconds(1))
        rounds += 1
    }
    return signal.isSet ? rounds : -1
}

func worker(_ environment: any TaskEnvironment, _ number: Int) -> WorkerInfo { environment.worker }
func markCount(_ mark: Int) -> Int { WorkerMarks.count(mark) }

/// The first numbers of the task's seed; empty without one.
func randomNumbers(_ environment: any TaskEnvironment, _ count: Int) -> [UInt64] {
    guard let seed = environment.seed else { return [] }
    var random = TaskRandom(seed: seed)
    return (0..<count).map { _ in random.next() }
}

/// Throws at the first attempts, with the numbers that it had.
func randomNumbersAtLast(_ environment: any TaskEnvironment, _ attempts: Int) throws -> [UInt64] {
    guard environment.attempt >= attempts else { throw PortableFailure(number: environment.attempt) }
    return randomNumbers(environment, 4)
}

/// Sends the worker's number.
func sendWorker(_ environment: any TaskEnvironment, _ channel: ChannelTicket) throws -> Int {
    _ = try channel.open(environment).send(environment.worker.index, wait: channel.limit)
    return environment.worker.index
}

/// Sends the worker's number, and throws.
func sendWorkerAndThrow(_ environment: any TaskEnvironment, _ channel: ChannelTicket) throws -> Int {
    throw PortableFailure(number: try sendWorker(environment, channel))
}

/// Prints by several ways.
func printLines(_ count: Int, _ word: String) -> Int {
    for number in 0..<count { print(word, number) }
    return count
}

func printAndThrow(_ word: String) throws -> Int {
    print(word)
    throw PortableFailure(number: 1)
}

func sendOne(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ number: Int) throws -> Bool {
    try channel.open(environment).send(number, wait: channel.limit)
}

/// Sends one, then throws an error.
func sendAndThrow(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ number: Int) throws -> Bool {
    _ = try channel.open(environment).send(number, wait: channel.limit)
    throw PortableFailure(number: number)
}

/// Says that it runs, waits for the signal, then throws an error.
func throwAfterSignal(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ gate: SignalTicket
) throws -> Bool {
    _ = try waitForSignal(environment, started, gate)
    throw PortableFailure(number: 1)
}

/// Says that it begins, then sends one.
func announceAndSend(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ channel: ChannelTicket, _ number: Int
) throws -> Bool {
    _ = try started.open(environment).send(number, wait: started.limit)
    return try channel.open(environment).send(number, wait: channel.limit)
}

func receiveOne(_ environment: any TaskEnvironment, _ channel: ChannelTicket) throws -> Int? {
    try channel.open(environment).receive(as: Int.self, wait: channel.limit)
}

/// Says that it begins, then receives one.
func announceAndReceive(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ channel: ChannelTicket
) throws -> Int? {
    _ = try started.open(environment).send(1, wait: started.limit)
    return try channel.open(environment).receive(as: Int.self, wait: channel.limit)
}

/// Sends `count` elements; how many were taken.
func produce(
    _ environment: any TaskEnvironment, _ channel: ChannelTicket, _ producer: Int, _ count: Int
) throws -> Int {
    let queue = try channel.open(environment)
    for number in 0..<count {
        guard try queue.send(Item.padded(producer, number), wait: channel.limit) else { return number }
    }
    return count
}

/// Receives until the channel ends; all that came, in order. Reports each as done.
func consume(_ environment: any TaskEnvironment, _ channel: ChannelTicket) throws -> [Item] {
    let queue = try channel.open(environment)
    var items: [Item] = []
    while let item = try queue.receive(as: Item.self, wait: channel.limit) {
        guard item.isIntact else { throw MultitaskingError(.decodeFailed, "the element \(item) is damaged") }
        items.append(Item(producer: item.producer, number: item.number))
        try queue.taskDone()
    }
    return items
}

/// Answers each number with the next one, until the channel ends.
func increment(_ environment: any TaskEnvironment, _ input: ChannelTicket, _ output: ChannelTicket) throws -> Int {
    let source = try input.open(environment)
    let target = try output.open(environment)
    var count = 0
    while let number = try source.receive(as: Int.self, wait: input.limit) {
        guard try target.send(number + 1, wait: output.limit) else { return -1 }
        count += 1
    }
    return count
}

/// The same, written with the asynchronous versions.
func incrementLater(_ environment: any TaskEnvironment, _ input: ChannelTicket, _ output: ChannelTicket) throws -> Int {
    let source = try input.open(environment)
    let target = try output.open(environment)
    return try environment.wait {
        var count = 0
        while let number = try await source.receive(as: Int.self, wait: input.limit) {
            guard try await target.send(number + 1, wait: output.limit) else { return -1 }
            count += 1
        }
        return count
    }
}

/// A stage of the sieve of Eratosthenes: passes on what its first number does not divide.
func sieve(
    _ environment: any TaskEnvironment, _ input: ChannelTicket, _ output: ChannelTicket, _ primes: ChannelTicket
) throws -> Int {
    let source = try input.open(environment)
    let target = try output.open(environment)
    guard let prime = try source.receive(as: Int.self, wait: input.limit) else { return 0 }
    _ = try primes.open(environment).send(prime, wait: primes.limit)
    while let number = try source.receive(as: Int.self, wait: input.limit) {
        if !number.isMultiple(of: prime) { _ = try target.send(number, wait: output.limit) }
    }
    target.close(discarding: false)
    return prime
}

/// Receives references of channels, and answers in each of them.
func answerInEach(_ environment: any TaskEnvironment, _ references: ChannelTicket) throws -> Int {
    let queue = try references.open(environment)
    var count = 0
    while let reference = try queue.receive(as: SharedObjectID.self, wait: references.limit) {
        _ = try environment.channel(reference).send(count, wait: references.limit)
        count += 1
    }
    return count
}

/// How long a call that waits for nothing takes by the task's own clock.
func waitInVain(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ wait: Duration) throws -> Duration? {
    let queue = try channel.open(environment)
    let start = environment.clock.now
    guard try queue.receive(as: Int.self, wait: .upTo(wait)) == nil else { return nil }
    return environment.clock.now - start
}

/// How long a sleep takes by the task's own clock.
func sleepBriefly(_ environment: any TaskEnvironment, _ duration: Duration) -> Duration {
    let start = environment.clock.now
    environment.clock.sleep(for: duration)
    return environment.clock.now - start
}

/// Whether the task's clock never runs backwards.
func isClockSteady(_ environment: any TaskEnvironment) -> Bool {
    var last = environment.clock.now
    for _ in 0..<1000 {
        let now = environment.clock.now
        if now < last { return false }
        last = now
    }
    return true
}

/// Which attempt this is, and whether the task is asked to end.
func describeTask(_ environment: any TaskEnvironment) -> [Int] {
    [environment.attempt, environment.isEndRequested ? 1 : 0]
}

func openUnknown(_ environment: any TaskEnvironment, _ reference: SharedObjectID) throws -> [String] {
    func code(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing"
        } catch let error as MultitaskingError { return error.code.name } catch { return "\(error)" }
    }
    return [
        code { _ = try environment.channel(reference) },
        code { _ = try environment.cancelSignal(reference) },
    ]
}

/// Runs an `async` function that returns, and one that throws.
func runAsync(_ environment: any TaskEnvironment, _ number: Int) throws -> Int {
    let doubled = try environment.wait { try await doubleLater(number) }
    do {
        _ = try environment.wait { try await throwLater(number) }
        return -1
    } catch let error as PortableFailure {
        return doubled + error.number
    }
}

/// Counts the task in, waits until all `count` are in, and leaves.
func meet(
    _ environment: any TaskEnvironment, _ arrivals: ChannelTicket, _ gate: SignalTicket, _ number: Int
) throws -> Bool {
    _ = try arrivals.open(environment).send(number, wait: arrivals.limit)
    return try gate.open(environment).waitUntilSet(gate.limit)
}

/// Says that it runs, then sleeps until it is ended by force.
func hang(_ environment: any TaskEnvironment, _ started: ChannelTicket) throws -> Int {
    _ = try started.open(environment).send(1, wait: started.limit)
    // Not forever: where nothing ends it, it must not outlive the case by much.
    environment.clock.sleep(for: started.patience * 2)
    return 0
}

/// Says that it runs, then looks whether it is asked to end; whether it was.
func leaveWhenAsked(_ environment: any TaskEnvironment, _ started: ChannelTicket) throws -> Bool {
    _ = try started.open(environment).send(1, wait: started.limit)
    let end = environment.clock.now + started.patience / 2
    while !environment.isEndRequested, environment.clock.now < end { environment.clock.sleep(for: .milliseconds(1)) }
    return environment.isEndRequested
}

/// Says that it runs, then waits asynchronously for an element that never comes, until its Swift task is cancelled.
func awaitCancellation(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ never: ChannelTicket
) throws -> Int {
    let channel = try never.open(environment)
    _ = try started.open(environment).send(1, wait: started.limit)
    return try environment.wait { try await channel.receive(as: Int.self, wait: .forever) ?? -1 }
}

/// The same; returns whether it was cancelled.
func noteCancellation(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ never: ChannelTicket
) throws -> Bool {
    do { _ = try awaitCancellation(environment, started, never) } catch is CancellationError { return true }
    return false
}

/// Says that it runs, then waits for a signal; whether it is asked to end.
func waitAndDescribe(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ gate: SignalTicket
) throws -> Bool {
    _ = try started.open(environment).send(1, wait: started.limit)
    _ = try gate.open(environment).waitUntilSet(gate.limit)
    return environment.isEndRequested
}

/// Says that it begins, then waits until all elements are reported as done; whether that came.
func announceAndJoin(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ channel: ChannelTicket
) throws -> Bool {
    _ = try started.open(environment).send(1, wait: started.limit)
    return try channel.open(environment).join(wait: channel.limit)
}

/// Says that it begins, then sleeps.
func announceAndSleep(_ environment: any TaskEnvironment, _ started: ChannelTicket, _ duration: Duration) throws -> Int
{
    _ = try started.open(environment).send(1, wait: started.limit)
    environment.clock.sleep(for: duration)
    return 1
}

func sendBytes(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ count: Int) throws -> Bool {
    try channel.open(environment).send([UInt8](repeating: 3, count: count), wait: channel.limit)
}

/// Throws its attempt's number before attempt `last`, and returns it then.
func throwBefore(_ environment: any TaskEnvironment, _ last: Int) throws -> Int {
    if environment.attempt < last { throw PortableFailure(number: environment.attempt) }
    return environment.attempt
}

/// Sends the numbers below `count`; how many were taken.
func produceNumbers(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ count: Int) throws -> Int {
    let queue = try channel.open(environment)
    for number in 0..<count {
        guard try queue.send(number, wait: channel.limit) else { return number }
    }
    return count
}

/// Sends a number and takes one without waiting, `count` times; how many it took.
func sendAndTake(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ count: Int) throws -> Int {
    let queue = try channel.open(environment)
    var taken = 0
    for number in 0..<count {
        guard try queue.send(number, wait: channel.limit) else { return -1 }
        if try queue.receive(as: Int.self, wait: .never) != nil { taken += 1 }
    }
    return taken
}

/// Throws its number if seven divides it.
func throwAtSevenths(_ number: Int) throws -> Int {
    if number.isMultiple(of: 7) { throw PortableFailure(number: number) }
    return number
}

/// Ends its worker at 40, and returns every other number.
func exitAtForty(_ number: Int) -> Int {
    if number == 40 { Blow.exit1.strike() }
    return number
}
