import Foundation
import MultitaskingSessions
import Testing

/// All suites of the sessions: one after the other, because they send signals to the whole process.
@Suite(.serialized, .timeLimit(.minutes(1))) struct Sessions {}

struct Refused: Error, Equatable {
    var reason: String
}

/// Expects an error of the package with this code, and returns it.
@discardableResult
func expectError<Value>(
    _ code: MultitaskingError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Value
) -> MultitaskingError? {
    do {
        _ = try body()
        Issue.record("no error was thrown, but \(code) was expected", sourceLocation: sourceLocation)
    } catch let error as MultitaskingError {
        #expect(error.code == code, sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record("\(error) was thrown, but \(code) was expected", sourceLocation: sourceLocation)
    }
    return nil
}

/// Says that it runs and goes on until its cancel event is set.
func runUntilCancelled(_ context: TaskContext) throws -> String {
    try context.writeOutput("running")
    while !context.isCancelled { Thread.sleep(forTimeInterval: 0.002) }
    return "stopped"
}

func double(_ number: Int) -> Int { number * 2 }

func neverReturn() { while true { Thread.sleep(forTimeInterval: 1) } }

/// Blocks until `condition` holds, for at most ten seconds.
func waitUntil(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try !condition() {
        guard .now < deadline else {
            Issue.record("the condition did not come true within ten seconds", sourceLocation: sourceLocation)
            return
        }
        Thread.sleep(forTimeInterval: 0.001)
    }
}
