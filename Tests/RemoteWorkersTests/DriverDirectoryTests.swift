import Foundation
import MultitaskingCore
import Testing

@testable import RemoteWorkers

/// The directory that a driver works in, and the program that it starts.
@Suite struct DriverDirectoryTests {
    @Test(arguments: [
        (EACCES, MultitaskingError.Code.permissionDenied), (EROFS, .systemError), (ENOENT, .systemError),
        (ENOSPC, .systemError),
    ])
    func fileThatIsRefused_isAnErrorThatNamesTMPDIR(_ code: Int32, _ kind: MultitaskingError.Code) {
        let error = DriverProcess.refusal("write /tmp/a", code)
        #expect(error.code == kind && error.message.contains("could not write /tmp/a: "), "\(error)")
        #expect(error.message.contains("set TMPDIR to a directory"), "\(error)")
        for wrong in ["pwrite", "sandbox", "memory"] { #expect(!error.message.contains(wrong), "\(error)") }
    }

    @Test func limitOfThisProcess_isNamed() {
        let error = DriverProcess.refusal("write /tmp/a", EMFILE)
        #expect(error.message.contains("RLIMIT_NOFILE"), "\(error)")
    }

    @Test func directoryThatIsNotThere_isAnErrorThatNamesIt() {
        let program = DriverProgram(
            python: "python3", advice: "", files: [], environment: ["TMPDIR": "/nowhere"])
        let error = #expect(throws: MultitaskingError.self) { _ = try DriverProcess(program) }
        #expect(error?.message.contains("could not make a directory in /nowhere for") == true, "\(error as Any)")
    }

    @Test func programThatWasReplaced_isItsPath() throws {
        #expect(RemotePool.path(ofExecutable: "/nowhere/program (deleted)") == "/nowhere/program")
        #expect(RemotePool.path(ofExecutable: "/nowhere/program") == "/nowhere/program")
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()) (deleted)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(RemotePool.path(ofExecutable: file.path) == file.path)
    }

    @Test func emptyVariable_isNone() {
        #expect(DriverProcess.parent(["TMPDIR": ""]) == "/tmp")
        #expect(DriverProcess.parent([:]) == "/tmp")
        #expect(DriverProcess.parent(["TMPDIR": "/a"]) == "/a")
    }
}
