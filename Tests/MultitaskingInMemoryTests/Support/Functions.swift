import Multitasking

// What the tests run in simulated workers.

struct Refused: Error, Codable, Equatable {
    var reason: String
}

struct Unencodable: Error, CustomStringConvertible {
    var description: String { "cannot be encoded" }
}

func double(_ number: Int) -> Int { number * 2 }

func refuse(_ reason: String) throws -> Int { throw Refused(reason: reason) }

func throwUnencodable() throws { throw Unencodable() }

/// Doubles what it reads until its input is closed or it is cancelled; returns how many elements it read.
func doubleInputs(_ context: TaskContext) throws -> Int {
    var count = 0
    while !context.isCancelled, let number = try context.readInput(as: Int.self, wait: .upTo(.seconds(1))) {
        try context.writeOutput(number * 2, wait: .forever)
        count += 1
    }
    return count
}

/// Waits for an input for as long as it takes.
func waitForInput(_ context: TaskContext) throws -> Int? { try context.readInput(wait: .forever) }

/// Waits for an input for ten minutes.
func waitTenMinutes(_ context: TaskContext) throws -> Int? { try context.readInput(wait: .upTo(.seconds(600))) }

/// Looks at its cancel event until it is set.
func pollUntilCancelled(_ context: TaskContext) -> String {
    while !context.isCancelled {}
    return "stopped"
}

/// Never ends by itself, whatever it is told, but makes calls.
func ignoreEverything(_ context: TaskContext) throws -> Int {
    var count = 0
    while true { count += try context.readInput(as: Int.self, wait: .upTo(.milliseconds(10))) ?? 0 }
}

/// Fails until its third attempt.
func succeedAtThirdAttempt(_ context: TaskContext) throws -> Int {
    if context.attempt < 3 { throw Refused(reason: "attempt \(context.attempt)") }
    return context.attempt
}

/// An argument that fails on its way.
struct Faulty: Codable, Sendable {
    var failsToEncode = false
    var failsToDecode = false

    init(failsToEncode: Bool = false, failsToDecode: Bool = false) {
        self.failsToEncode = failsToEncode
        self.failsToDecode = failsToDecode
    }

    init(from decoder: any Decoder) throws {
        failsToDecode = try decoder.singleValueContainer().decode(Bool.self)
        if failsToDecode { throw Refused(reason: "decoding") }
    }

    func encode(to encoder: any Encoder) throws {
        if failsToEncode { throw Refused(reason: "encoding") }
        var container = encoder.singleValueContainer()
        try container.encode(failsToDecode)
    }
}

func readFaulty(_ faulty: Faulty) -> Bool { faulty.failsToDecode }
