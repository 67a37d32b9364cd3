/// What all rounds together have done, and what was wrong.
struct Totals {
    private var numbers: [String: Int] = [:]
    private var breaches: [Invariant: Int] = [:]

    var breachCount: Int { breaches.values.reduce(0, +) }

    subscript(name: String) -> Int { numbers[name] ?? 0 }

    mutating func add(_ number: Int, to name: String) { numbers[name, default: 0] += number }
    mutating func raise(_ name: String, to number: Int) { numbers[name] = max(self[name], number) }

    mutating func breach(_ invariant: Invariant, _ what: String) {
        breaches[invariant, default: 0] += 1
        // The first few of a kind say it all.
        if breaches[invariant, default: 0] <= 20 { say("BREACH \(invariant): \(what)") }
    }

    /// One line for each invariant.
    func lines() -> [String] { Invariant.allCases.map { "\(mark($0)) \(pad($0.rawValue)) \(text($0))" } }

    private func mark(_ invariant: Invariant) -> String {
        let count = breaches[invariant] ?? 0
        return count == 0 ? "ok " : "BROKEN \(count) times"
    }

    private func pad(_ name: String) -> String { name + String(repeating: " ", count: max(0, 10 - name.count)) }

    private func text(_ invariant: Invariant) -> String {
        switch invariant {
        case .statistics: "each pool's counts of its tasks balance while nothing moves, and at its end"
        case .ledger:
            "submitted \(self["submitted"].grouped) = succeeded \(self["succeeded"].grouped) + failed "
                + "\(self["failed"].grouped) + cancelled \(self["cancelled"].grouped) + let go unseen "
                + "\(self["let go"].grouped)"
        case .causes:
            "each of \(self["failed"].grouped) failures has a cause that was inflicted on it; "
                + "\(self["pools given up"].grouped) "
                + "pools gave up because three newborn workers in a row were killed"
        case .attempts: "no task was begun more often than its options allow, none after its cancellation"
        case .elements:
            "sent \(self["sent"].grouped) = received \(self["received"].grouped) + discarded "
                + "\(self["discarded"].grouped) + lost with their receivers \(self["lost"].grouped) (at most "
                + "\(self["loss bound"].grouped)), \(self["redelivered"].grouped) came again; "
                + "\(self["queued at the end"].grouped) of them were left for the client"
        case .order:
            "each sender's elements kept their order at each receiver, and none came twice but those whose receiver "
                + "died"
        case .values: "each result and element was what it had to be"
        case .memory: "\(self["pools"].grouped) pools held no block, segment, slot, channel or signal at their end"
        case .leaks: "no descriptor, thread, mapping or child was left by \(self["pools"].grouped) pools"
        case .hangs: "no wait took longer than \(Limits.hang); the longest \(self["longest wait for tasks"].grouped) ms"
        case .shutdown:
            "\(self["shutdowns"].grouped) within \(Limits.shutdown); the slowest took "
                + "\(self["slowest shutdown"].grouped) ms"
        case .clients:
            "\(self["clients"].grouped) ended, \(self["killed clients"].grouped) were killed; no process outlived them "
                + "by "
                + "more than \(self["longest orphan"].grouped) ms"
        case .driver: "\(self["rounds"].grouped) rounds"
        }
    }
}

extension Int {
    /// With a comma after each three digits.
    var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return self < 0 ? "-" + text : text
    }
}
