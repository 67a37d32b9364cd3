import Foundation
import Testing

/// The closures of `capture-shapes`, which is beside the test program: it makes them, and compares.
@Suite(.serialized)
struct ShapesTests {
    private static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    @Test("Closures of 200 written and 120 random shapes return here and in another process what they return in place")
    func shapesReturnTheSame() throws { try expectPass([]) }

    @Test("Closures that are rebuilt 20,000 times leave no memory")
    func rebuiltClosuresLeaveNoMemory() throws { try expectPass(["memory", "20000"]) }

    private func expectPass(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = Self.directory.appending(path: "capture-shapes")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0, "capture-shapes: \(text)")
    }
}
