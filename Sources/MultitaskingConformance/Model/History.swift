import MultitaskingCore

/// Calls of one caller on a channel of its own.
struct History: Codable, Sendable {
    var capacity: Int?
    var calls: [ChannelCall]

    /// A history of random calls.
    static func random(length: Int, using random: inout SplitMix64) -> History {
        let capacity = [nil, 1, 2, 3, 8].randomElement(using: &random) ?? nil
        var number = 0
        let calls = (0..<length).map { _ -> ChannelCall in
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<40:
                number += 1
                return .send(number)
            case 40..<68: return .receive
            case 68..<82: return .taskDone
            case 82..<88: return .join
            case 88..<97: return .count
            case 97..<98: return .close(discarding: true)
            default: return .close(discarding: false)
            }
        }
        return History(capacity: capacity, calls: calls)
    }

    /// What every call must give.
    var expected: [ChannelAnswer] {
        var model = QueueModel(capacity: capacity)
        return calls.map { model.answer(to: $0) }
    }

    /// The calls up to the first whose answer is not what it must be, with the answers; nil if all are right.
    func breach(in answers: [ChannelAnswer]) -> String? {
        let expected = expected
        guard answers != expected else { return nil }
        let wrong = zip(answers, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? answers.count
        guard wrong < answers.count, wrong < expected.count else {
            return "expected \(expected.count) answers; \(answers.count) came"
        }
        let before = (0..<wrong).map { "\(calls[$0]) → \(answers[$0])" }
        let last = "\(calls[wrong]) → expected \(expected[wrong]), came \(answers[wrong])"
        return (before + [last]).joined(separator: "; ")
    }
}

/// Makes the calls of a history; what each gave.
func makeCalls(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ calls: [ChannelCall]) throws
    -> [ChannelAnswer]
{
    let queue = try channel.open(environment)
    return calls.map { $0.make(on: queue) }
}
