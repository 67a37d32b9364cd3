import Foundation
import MultitaskingConformance
import MultitaskingCore
import Testing

/// The documents name cases; a case that was renamed must not stay there under its old name.
@Suite struct DocumentedCasesTests {
    @Test(arguments: [
        "Docs/testing.md", "Sources/MultitaskingConformance/Documentation.docc/Articles/ImplementingABackend.md",
    ])
    func everyCaseThatIsNamedExists(_ document: String) throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: package.appendingPathComponent(document), encoding: .utf8)
        let subjects = Set(Conformance.allCases.compactMap { $0.name.split(separator: ".").first.map(String.init) })
        let words = text.split(separator: "`").map(String.init)
        let named = words.filter { word in
            let parts = word.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 2 && subjects.contains(String(parts[0])) && parts[1].count > 5
        }
        #expect(!named.isEmpty)
        for name in named { #expect(Conformance.conformanceCase(named: name) != nil, "\(document) names \(name)") }
    }

    @Test func namesAreUniqueAndSummariesAreSentences() {
        let cases = Conformance.allCases
        #expect(Set(cases.map(\.name)).count == cases.count)
        for each in cases { #expect(each.summary.hasSuffix(".") && !each.duty.isEmpty, "\(each.name)") }
    }

    @Test func whatABackendLeavesOutIsListedWithItsReason() {
        let omitted = Conformance.omitted(by: ThreadBackend())
        #expect(
            omitted.contains { $0.conformanceCase.name == "crash.othersGoOn" && $0.reason.contains("ends the program") }
        )
        #expect(omitted.count < Conformance.allCases.count)
        #expect(omitted.allSatisfy { !$0.reason.isEmpty })
    }

    @Test func aCaseThatDoesNotExistCannotBeLeftOut() async throws {
        struct Forgetful: ConformanceBackend {
            let name = "Forgetful"
            let omissions: [Omission] = [.conformanceCase("channel.noSuchCase", because: "it was renamed")]
            func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
                try ThreadBackend().makeExecutor(settings)
            }
        }
        let first = try #require(Conformance.cases(for: Forgetful()).first)
        let failures = await first.evaluate(on: Forgetful())
        #expect(failures.count == 1 && failures.first?.message.contains("channel.noSuchCase") == true, "\(failures)")
    }
}
