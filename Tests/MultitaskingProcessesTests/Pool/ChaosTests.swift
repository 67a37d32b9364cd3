import Foundation
import Testing

/// A short run of `chaos`, beside this; `make chaos` is the long one.
@Suite(.serialized)
struct ChaosTests {
    @Test("Whatever dies, every invariant holds")
    func tenSeconds() throws {
        let seed = UInt64.random(in: 1...1_000_000)
        let process = Process()
        process.executableURL = Launcher.directory.appendingPathComponent("chaos")
        process.arguments = ["--seconds", "10", "--seed", String(seed)]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0, "\(text)")
        // One line for each invariant, none of which is about nothing.
        #expect(text.split(separator: "\n").count { $0.hasPrefix("ok ") } == 13, "\(text)")
        #expect(!text.contains("submitted 0 ") && !text.contains("sent 0 "), "\(text)")
    }
}
