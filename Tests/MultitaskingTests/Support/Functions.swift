import Foundation
import Multitasking

// What the tests run in workers. All of it can be sent to a process: nothing captures, and everything is Codable.

struct Refused: Error, Codable, Equatable {
    var reason: String
}

func isPrime(_ number: Int) -> Bool {
    guard number > 3 else { return number > 1 }
    guard !number.isMultiple(of: 2) else { return false }
    var divisor = 3
    while divisor * divisor <= number {
        if number.isMultiple(of: divisor) { return false }
        divisor += 2
    }
    return true
}

func findPrimes(_ range: Range<Int>) -> [Int] { range.filter(isPrime) }

func double(_ number: Int) -> Int { number * 2 }

func add(_ number: Int, _ text: String) -> String { "\(number)\(text)" }

func nothing() {}

func refuse(_ reason: String) throws -> Int { throw Refused(reason: reason) }

func doubleLater(_ number: Int) async throws -> Int {
    await Task.yield()
    return number * 2
}

func nothingLater() async throws { await Task.yield() }

func scopesOf(_ context: TaskContext) -> [Bool] {
    [context.hasInputQueue, context.hasOutputQueue, context.hasCancelEvent]
}

func scopesOfLater(_ context: TaskContext, _ number: Int) async throws -> [Bool] {
    await Task.yield()
    return scopesOf(context) + [number == 1]
}

func write(_ context: TaskContext, _ number: Int) throws { try context.writeOutput(number) }

func writeLater(_ context: TaskContext, _ number: Int) async throws { try await context.writeOutput(number) }

/// Multiplies what it reads until it is cancelled; returns how many elements it read.
func multiply(_ context: TaskContext, _ factor: Int) throws -> Int {
    var count = 0
    while !context.isCancelled {
        guard let number = try context.readInput(as: Int.self, wait: .upTo(.milliseconds(5))) else { continue }
        try context.writeOutput(number * factor, wait: .forever)
        count += 1
    }
    return count
}

/// Says that it runs, if it can, and goes on until it is cancelled.
func runUntilCancelled(_ context: TaskContext) throws -> String {
    if context.hasOutputQueue { try context.writeOutput("running") }
    while !context.isCancelled { Thread.sleep(forTimeInterval: 0.002) }
    return "stopped"
}

/// Goes on until something is in its input queue.
func runUntilInput(_ context: TaskContext) throws -> Int? { try context.readInput(wait: .upTo(.seconds(20))) }

/// Gives up the processor for a moment.
func pause() { Thread.sleep(forTimeInterval: 0.001) }
