import MultitaskingCore
import Synchronization
import Testing

/// What descriptions of futures and results say of their values.
@Suite struct BriefTests {
    private struct Named { var name = "a", numbers = [1, 2] }

    private static var values: [Any] {
        [
            1, 1.5, true, "text", "with \"quotes\"", "", (), (1, "a"), [1, 2, 3], [Int](), ["a", "b"], [[1], [2, 3]],
            [1.5: "x"], [String: Int](), Set([7]), [nil, 1] as [Int?], Optional("a") as Any, Int?.none as Any, Named(),
            [Named()], ["a": ["b": [1]]], 0..<5, [("a", 1)], Result<Int, MultitaskingError>.success(3), Character("c"),
            Duration.seconds(1),
        ]
    }

    @Test(arguments: values.indices)
    func shortValue_isSaidAsTheStandardLibrarySaysIt(_ index: Int) {
        #expect(brief(Self.values[index], limit: 1000) == String(describing: Self.values[index]))
    }

    @Test func longValue_endsInDots() {
        #expect(brief(Array(1...1000), limit: 10) == "[1, 2, 3,…")
        #expect(brief(String(repeating: "x", count: 1 << 20), limit: 10) == "xxxxxxxxx…")
        #expect(brief([String(repeating: "x", count: 1 << 20)], limit: 10) == "[\"xxxxxxx…")
        #expect(brief([Int: [Int]](uniqueKeysWithValues: (0..<1000).map { ($0, [$0]) }), limit: 30).count == 30)
    }

    @Test func largeValue_isNotDescribedWhole() {
        struct Counting: CustomStringConvertible {
            static let count = Atomic(0)
            var description: String {
                Self.count.add(1, ordering: .relaxed)
                return "x"
            }
        }
        _ = brief([Counting](repeating: Counting(), count: 100_000))
        _ = brief([[Counting]](repeating: [Counting](repeating: Counting(), count: 1000), count: 1000))
        _ = brief(Optional([Counting](repeating: Counting(), count: 100_000)) as Any)
        #expect(Counting.count.load(ordering: .relaxed) < 1000)
    }
}
