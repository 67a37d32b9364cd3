import Glibc
import MultitaskingCore

/// One task, or the client itself, that receives elements, or sends some, or one for each that it receives.
///
/// What it sends bears its own number, so that the order of every sender can be checked at every receiver.
struct Stream: Codable, Sendable {
    /// How many streams an asynchronous one consists of; each counts as one sender and one receiver.
    static let width: UInt32 = 3

    /// The task's number; those of its senders and receivers follow it.
    var id: UInt32
    var input: Lane?
    var output: Lane?
    /// How many elements at most.
    var count: Int
    /// How long it waits for each, in milliseconds; nil for ever.
    var patience: Int?
    var reports = false
    var seed: UInt64
    /// How large elements may be, in words.
    var largest: Int
    var mayBeRefusedMemory = false
    /// How many elements a blocking stream passes with one call.
    var batch = 1
    /// Whether it waits by select, and takes and sends what it can without waiting.
    var selects = false

    var wait: WaitLimit { patience.map { .upTo(.milliseconds($0)) } ?? .forever }

    fileprivate func element(_ number: UInt32, from producer: UInt32) -> Element {
        var random = SplitMix64(seed, UInt64(producer), UInt64(number))
        if output?.carriesVectors == true {
            return Element(producer, number, words: random.number(0...Element.vectorWords))
        }
        let words: Int
        switch random.number(0...299) {
        case 0: words = random.number(0...largest)
        case 1...30: words = random.number(10...400)
        default: words = random.number(0...6)
        }
        return Element(producer, number, words: words)
    }

    fileprivate func receive(from lane: Lane) throws -> Element? {
        guard selects else { return try lane.receive(wait: wait) }
        while true {
            // Asked before: what is not in a closed channel by then never will be.
            let isClosed = lane.channel.status.isClosed
            guard try select([lane.channel], wait: wait) != nil else { return nil }
            if let element = try lane.receive(wait: .never) { return element }
            if isClosed { return nil }
        }
    }

    fileprivate func send(_ element: Element, to lane: Lane) throws -> Bool {
        guard selects else { return try lane.send(element, wait: wait) }
        while try select([lane.channel.sending], wait: wait) != nil {
            if try lane.send(element, wait: .never) { return true }
        }
        return false
    }

    fileprivate func receive(from lane: Lane) async throws -> Element? {
        guard selects else { return try await lane.receive(wait: wait) }
        while true {
            let isClosed = lane.channel.status.isClosed
            guard try await select([lane.channel], wait: wait) != nil else { return nil }
            if let element = try await lane.receive(wait: .never) { return element }
            if isClosed { return nil }
        }
    }

    fileprivate func send(_ element: Element, to lane: Lane) async throws -> Bool {
        guard selects else { return try await lane.send(element, wait: wait) }
        while try await select([lane.channel.sending], wait: wait) != nil {
            if try await lane.send(element, wait: .never) { return true }
        }
        return false
    }

    /// Takes note of an element that was received.
    fileprivate func accept(_ element: Element, from lane: Lane, as receiver: UInt32) throws {
        Passage.note(.received, lane, receiver, element)
        if !element.isWhole { throw CrossingFailure(id: id) }
        guard reports else { return }
        try lane.channel.taskDone()
        Passage.note(.reported, lane, receiver, element)
    }

    /// Whether a failed `send` is one that may fail so.
    fileprivate func isRefusal(_ error: any Error) -> Bool {
        guard let error = error as? MultitaskingError else { return false }
        return error.code == .closed || error.code == .arenaLimitReached && mayBeRefusedMemory
    }
}

/// The task, blocking; what it returns is how many elements it passed.
func runStream(_ stream: Stream) throws -> Int {
    Logbook.begun.note(0, UInt64(stream.id), 1)
    if stream.batch > 1 { return try passInBatches(stream) }
    for number in 0..<stream.count {
        if let input = stream.input {
            guard let element = try stream.receive(from: input) else { return number }
            try stream.accept(element, from: input, as: stream.id)
        }
        guard let output = stream.output else { continue }
        let element = stream.element(UInt32(number), from: stream.id)
        Passage.note(.offered, output, stream.id, element)
        do {
            let isSent = try stream.send(element, to: output)
            Passage.note(isSent ? .sent : .refused, output, stream.id, element)
            if !isSent { return number }
        } catch  where stream.isRefusal(error) {
            Passage.note(.refused, output, stream.id, element)
            return number
        }
    }
    return stream.count
}

/// The same, many elements with one call.
private func passInBatches(_ stream: Stream) throws -> Int {
    var number = 0
    while number < stream.count {
        var count = min(stream.batch, stream.count - number)
        if let input = stream.input {
            let elements = try input.receive(upTo: count, wait: stream.wait)
            if elements.isEmpty { return number }
            for element in elements { try stream.accept(element, from: input, as: stream.id) }
            count = elements.count
        }
        if let output = stream.output {
            let elements = (0..<count).map { stream.element(UInt32(number + $0), from: stream.id) }
            for element in elements { Passage.note(.offered, output, stream.id, element) }
            var sent = 0
            do { sent = try output.send(contentsOf: elements, wait: stream.wait) } catch
                where stream.isRefusal(error)
            {}
            for (index, element) in elements.enumerated() {
                Passage.note(index < sent ? .sent : .refused, output, stream.id, element)
            }
            if sent < count { return number + sent }
        }
        number += count
    }
    return number
}

/// The task, with several streams that suspend.
func runStreamAsync(_ stream: Stream) async throws -> Int {
    Logbook.begun.note(0, UInt64(stream.id), 1)
    return try await withThrowingTaskGroup(of: Int.self) { group in
        for index in 0..<Stream.width {
            group.addTask { try await passAsync(stream, as: stream.id + index) }
        }
        return try await group.reduce(0, +)
    }
}

private func passAsync(_ stream: Stream, as me: UInt32) async throws -> Int {
    for number in 0..<stream.count {
        if let input = stream.input {
            guard let element = try await stream.receive(from: input) else { return number }
            try stream.accept(element, from: input, as: me)
        }
        guard let output = stream.output else { continue }
        let element = stream.element(UInt32(number), from: me)
        Passage.note(.offered, output, me, element)
        do {
            let isSent = try await stream.send(element, to: output)
            Passage.note(isSent ? .sent : .refused, output, me, element)
            if !isSent { return number }
        } catch  where stream.isRefusal(error) {
            Passage.note(.refused, output, me, element)
            return number
        }
    }
    return stream.count
}
