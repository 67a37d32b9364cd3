/// Whether what was received from one channel is what was sent to it.
struct LaneLedger {
    /// Elements that the channel has certainly accepted.
    private var sent: Set<Passage.Name> = []
    /// Elements that a sender which died may have sent or not.
    private var doubtful: Set<Passage.Name> = []
    private var received: Set<Passage.Name> = []
    /// The last number of each sender that each receiver got.
    private var last: [Pair: UInt32] = [:]
    /// Elements that came out of order, and those that came more than once, as far as that is a breach.
    private var disorder: [String] = []
    private var repeats: [String] = []
    /// Elements that were received and not reported as worked off.
    private(set) var owed = 0

    private struct Pair: Hashable {
        var receiver: UInt32
        var producer: UInt32
    }

    init(_ lane: UInt32, _ passages: [Passage]) {
        for passage in passages where passage.lane == lane {
            switch passage.kind {
            case .offered: doubtful.insert(passage.name)
            case .refused: doubtful.remove(passage.name)
            case .sent:
                doubtful.remove(passage.name)
                sent.insert(passage.name)
            case .received: note(received: passage)
            case .reported: owed -= 1
            }
        }
    }

    private mutating func note(received passage: Passage) {
        owed += 1
        let name = passage.name
        if !received.insert(name).inserted { repeats.append("\(name) came again") }
        let pair = Pair(receiver: passage.stream, producer: name.producer)
        if let before = last[pair], before >= name.number {
            disorder.append("\(name) came to \(passage.stream) after number \(before)")
        }
        last[pair] = name.number
    }

    /// Reports what is wrong, and the numbers of elements.
    ///
    /// - Parameters:
    ///   - discarded: how many elements were thrown away by closing.
    ///   - losses: how many elements may have died with a receiver.
    ///   - repeats: how many elements may have come again because their receiver died, and then out of order.
    func check(_ lane: String, discarded: Int, losses: Int, repeats allowed: Int) {
        let breaches = (allowed == 0 ? disorder : []) + (repeats.count > allowed ? repeats : [])
        for what in breaches.prefix(10) { Report.breach(.order, "\(lane): \(what); \(allowed) may come again") }
        Report.add(repeats.count, to: "redelivered")
        let unknown = received.subtracting(sent).subtracting(doubtful)
        Report.expect(unknown.isEmpty, .elements, "\(lane): \(unknown.prefix(5)) came and were never sent")
        let missing = sent.subtracting(received).count
        Report.expect(
            missing <= discarded + losses, .elements,
            "\(lane): \(missing) of \(sent.count) elements are missing, \(discarded) were discarded and at most "
                + "\(losses) "
                + "died with a receiver")
        Report.expect(
            received.count + discarded <= sent.count + doubtful.count, .elements,
            "\(lane): \(received.count) received + \(discarded) discarded, but \(sent.count) sent and "
                + "\(doubtful.count) in "
                + "doubt")
        // An element in doubt that came was sent.
        let late = received.intersection(doubtful).count
        Report.add(sent.count + late, to: "sent")
        Report.add(received.count, to: "received")
        Report.add(discarded, to: "discarded")
        Report.add(sent.count + late - received.count - discarded, to: "lost")
        Report.add(losses, to: "loss bound")
    }
}
