import Foundation
import Testing

/// Links between the documents of the repository lead to files that exist.
@Suite struct DocumentLinksTests {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// All documents outside of the build directory, by their paths in the package.
    private static let documents: [String] = {
        let top = (try? FileManager.default.contentsOfDirectory(atPath: package.path)) ?? []
        let nested = ["Docs", "Sources"].flatMap { folder in
            ((try? FileManager.default.subpathsOfDirectory(atPath: package.appendingPathComponent(folder).path)) ?? [])
                .map { folder + "/" + $0 }
        }
        return (top + nested + ["Benchmarks/README.md"]).filter { $0.hasSuffix(".md") }.sorted()
    }()

    @Test func documentsAreFound() {
        #expect(Self.documents.contains("README.md"))
        #expect(Self.documents.contains("Docs/architecture.md"))
        #expect(Self.documents.contains { $0.contains(".docc/Articles/") })
    }

    @Test(arguments: documents) func everyRelativeLinkLeadsToAFile(_ document: String) throws {
        let file = Self.package.appendingPathComponent(document)
        let text = try String(contentsOf: file, encoding: .utf8)
        for link in links(in: text) {
            let path = link.prefix { $0 != "#" }
            guard !path.isEmpty, !path.contains(":"), !path.hasPrefix("<") else { continue }
            let target = file.deletingLastPathComponent().appendingPathComponent(String(path))
            let isThere = FileManager.default.fileExists(atPath: target.path) || isPicture(path, of: file)
            #expect(isThere, "\(document) links to \(link)")
        }
    }

    /// Whether an article's catalog has a picture of this name, which goes without its extension.
    private func isPicture(_ name: Substring, of article: URL) -> Bool {
        let catalog = article.deletingLastPathComponent().deletingLastPathComponent()
        return FileManager.default.fileExists(atPath: catalog.appendingPathComponent("Resources/\(name).png").path)
    }

    /// The targets of `[text](target)` and of `[name]: target`, outside of code.
    private func links(in text: String) -> [Substring] {
        var isCode = false
        var found: [Substring] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode else { continue }
            for match in line.matches(of: /\]\(([^)\s]+)\)/) { found.append(match.1) }
            if let match = line.prefixMatch(of: /\[[^\]]+\]: (\S+)/) { found.append(match.1) }
        }
        return found
    }

    @Test func aLinkIsFoundInEachOfItsForms() {
        let text = "a [b](c.md) and [d][e]\n```\n[no](none.md)\n```\n[e]: ../f.md#part\n"
        #expect(links(in: text) == ["c.md", "../f.md#part"])
    }
}
