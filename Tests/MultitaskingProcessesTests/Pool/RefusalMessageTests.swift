import MultitaskingCore
import MultitaskingProcesses
import Testing

private struct Hidden: Codable, Sendable {
    var number = 1
}

/// In a debug build, the function value holds its generic parameters, and looks as if it captured something.
private func describe<Value: Codable & Sendable>(_ value: Value) -> String { "\(value)" }

private func submit<Value: Codable & Sendable>(_ value: Value, to pool: ProcessPool) throws {
    _ = try pool.submit(describe, value)
}

/// What the errors of functions say that can't be sent. The test program has threads, so no copies can be made.
@Suite(.serialized) struct RefusalMessageTests {
    @Test(arguments: [CapturePolicy.byValue, .byValueOrCopies, .copiesOnly, .refused])
    func genericFunctionOfAPrivateType_isNotSaidToCapture(_ captures: CapturePolicy) throws {
        let pool = try ProcessPool(maxWorkers: 1, captures: captures)
        defer { pool.shutdown(.kill) }
        let error = #expect(throws: MultitaskingError.self) { try submit(Hidden(), to: pool) }
        #expect(error?.code == .capturesState)
        #expect(error?.message.contains("private or local") == true, "\(String(describing: error))")
        #expect(error?.message.contains("captures values") == false, "\(String(describing: error))")
    }

    @Test func refusedCapture_isNamedOnce() throws {
        final class Connection: Sendable { let descriptor = 3 }
        let pool = try ProcessPool(maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        let connection = Connection()
        let error = #expect(throws: MultitaskingError.self) { try pool.submit(1) { $0 + connection.descriptor } }
        #expect(error?.code == .capturesState)
        #expect(error?.description.ranges(of: "`Connection`").count == 1, "\(String(describing: error))")
    }
}
