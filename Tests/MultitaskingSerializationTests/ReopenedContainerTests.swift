import MultitaskingSerialization
import Testing

@Suite struct ReopenedContainerTests {
    /// Reads a part of itself, then itself as something else, and then on.
    struct Flattened: Codable, Equatable {
        var x: Int
        var extra: [String: Int]
        var tail: Int?

        enum Keys: String, CodingKey { case position, tail, list }
        enum Position: String, CodingKey { case x }

        init(x: Int) {
            self.x = x
            extra = [:]
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            x = try container.nestedContainer(keyedBy: Position.self, forKey: .position).decode(Int.self, forKey: .x)
            extra = (try? decoder.singleValueContainer().decode([String: Int].self)) ?? [:]
            tail = try decoder.container(keyedBy: Keys.self).decodeIfPresent(Int.self, forKey: .tail)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            var position = container.nestedContainer(keyedBy: Position.self, forKey: .position)
            try position.encode(x, forKey: .x)
            try container.encode([1, 2, 3], forKey: .list)
        }
    }

    @Test func aContainerThatIsOpenedAgainBehindAnotherKind_isReadFromItsBeginning() throws {
        let bytes = try encodePayload(Flattened(x: 7))
        #expect(try decodePayload(Flattened.self, from: bytes) == Flattened(x: 7))
    }
}
