import Foundation
import MultitaskingTestPrograms
import Testing

@testable import MultitaskingProcesses

/// What is said of variables that spawned workers do not have.
@Suite struct TopLevelVariablesTests {
    private static let program = Launcher.directory.appendingPathComponent("top-level-program")

    @Test func aProgramIsToldOfItsTopLevelVariablesAndOfNoOthers() throws {
        let run = try TestProgram("top-level-program").run(keeping: .standardError)
        let text = run.output
        #expect(run.isSuccessful)
        let names = try #require(text.split(separator: "(").dropFirst().first?.split(separator: ")").first)
        // The message names eight. Of those that nothing else uses, an optimized build keeps none.
        for name in names.split(separator: ", ") where name != "…" {
            #expect(Self.expected.contains(String(name)), "\(name) is blamed: \(text)")
        }
        #expect(names.contains("counter") && names.contains("instant"), "\(text)")
    }

    private static let expected: Set = [
        "limit", "counter", "text", "own", "instant", "options", "numbers", "left", "right", "hidden", "pool",
    ]

    /// In another process, whose values this one does not see: as if all of them were zero, and as if none were.
    @Test func variablesAreFoundInTheSymbolTable() throws {
        let all = try #require(TopLevelVariables.find(in: Self.program.path) { _, _ in false })
        #expect(Set(all).subtracting(Self.expected).isEmpty, "\(all)")
        #expect(Set(["counter", "instant", "options", "text", "pool"]).isSubset(of: all), "\(all)")
    }

    @Test func aProgramWithAMainTypeHasNone() {
        let harness = Launcher.directory.appendingPathComponent("pool-harness").path
        #expect(TopLevelVariables.find(in: harness) { _, _ in true } == [])
    }

    @Test func aFileThatIsNoExecutableTellsNothing() {
        #expect(TopLevelVariables.find(in: #filePath) { _, _ in true } == nil)
    }
}
