import Foundation
import MultitaskingTestPrograms
import Testing

/// Who can have a program become a worker before its main.
@Suite struct StartTests {
    @Test func onlyWhatTheStartingProcessMakes_startsAWorker() throws {
        let genuine = try start("genuine")
        #expect(genuine.code == 0 && genuine.output.isEmpty, "\(genuine)")
        // A link that another process made, and pages that are no sealed memory, or have another size.
        for forgery in ["stranger", "file", "unsealed", "size"] {
            let end = try start(forgery)
            #expect(end.code == 2 && end.output.hasPrefix("usage: ray-harness"), "\(forgery): \(end)")
        }
    }

    /// Starts the harness, which prints how it is used.
    private func start(_ how: String) throws -> (code: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Ray/forge_start.py")
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", script.path, how, TestProgram.directory.appendingPathComponent("ray-harness").path,
        ]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
