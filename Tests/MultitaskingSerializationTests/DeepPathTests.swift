import MultitaskingCore
import MultitaskingSerialization
import Testing

/// A list of links, one inside of the other, whose last one cannot be encoded.
private final class Link: Encodable, Sendable {
    let next: Link?
    init(_ next: Link?) { self.next = next }

    enum CodingKeys: CodingKey { case next }

    func encode(to encoder: any Encoder) throws {
        guard let next else {
            throw EncodingError.invalidValue(
                0, EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "the last link is broken"))
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(next, forKey: .next)
    }
}

@Suite struct DeepPathTests {
    private func error(depth: Int) throws -> MultitaskingError {
        var link = Link(nil)
        for _ in 0..<depth { link = Link(link) }
        let writer = PayloadWriter()
        do { try writer.encode(link) } catch let error as MultitaskingError { return error }
        throw MultitaskingError(.closed, "nothing was thrown")
    }

    @Test func pathOfADeepValueIsNamedByItsEnds() throws {
        let deep = try error(depth: 60)
        #expect(deep.code == .encodeFailed)
        #expect(deep.message.contains("next.next.next.next.next.… (50 more) ….next"), "\(deep.message)")
        #expect(deep.description.count < 1_000, "\(deep.description.count) characters: \(deep)")
        #expect(deep.message.contains("the last link is broken"))
    }

    @Test func shortPathsStayWhole() throws {
        let message = try error(depth: 3).message
        #expect(message.contains("at next.next.next: "), "\(message)")
    }
}
