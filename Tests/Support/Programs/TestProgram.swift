package import Foundation

/// A program of this package that lies beside the test program, and is run by a test.
package struct TestProgram {
    package static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    package let url: URL

    package init(_ name: String) { url = Self.directory.appending(path: name) }
    package init(at path: String) { url = URL(filePath: path) }

    /// How a program has ended, and what it has printed.
    package struct Run: Sendable {
        package let exitCode: Int32
        package let isKilled: Bool
        package let output: String

        /// Whether it has returned 0.
        package var isSuccessful: Bool { exitCode == 0 && !isKilled }
    }

    /// Which of a program's output is kept; the rest is thrown away.
    package enum Output: Sendable {
        case all
        case standardOutput
        case standardError
    }

    /// Runs the program, without input, until it has ended.
    package func run(_ arguments: [String] = [], keeping kept: Output = .all) throws -> Run {
        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = kept == .standardError ? FileHandle.nullDevice : pipe
        if kept != .standardOutput { process.standardError = pipe }
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Run(
            exitCode: process.terminationStatus, isKilled: process.terminationReason != .exit, output: text)
    }
}
