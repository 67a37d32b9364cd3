import Multitasking
import Testing

/// All suites of the facade: one after the other, because they block threads and count processes.
@Suite(.serialized, .timeLimit(.minutes(2))) struct Facade {}

/// Expects an error of the package with this code, and hands its message back.
@discardableResult
func expectError<Value>(
    _ code: MultitaskingError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Value
) -> String {
    do {
        _ = try body()
        Issue.record("no error was thrown, but \(code) was expected", sourceLocation: sourceLocation)
        return ""
    } catch let error as MultitaskingError {
        #expect(error.code == code, sourceLocation: sourceLocation)
        return error.message
    } catch {
        Issue.record("\(error) was thrown, but \(code) was expected", sourceLocation: sourceLocation)
        return ""
    }
}

/// Blocks until `condition` holds, for at most ten seconds.
///
/// The clock goes on while a virtual machine stands still, so the limit is over only after a number of looks as well.
func waitUntil(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(10)
    var looks = 0
    while try !condition() {
        looks += 1
        guard looks < 500 || .now < deadline else {
            Issue.record("the condition did not come true within ten seconds", sourceLocation: sourceLocation)
            return
        }
        pause()
    }
}
