import MultitaskingCore

// What a case says about what it expects. Each says what was expected and what came.

extension Trial {
    func expect(_ condition: Bool, _ message: @autoclosure () -> String, file: String = #fileID, line: Int = #line) {
        if !condition { record(message(), at: "\(file):\(line)") }
    }

    func expect<Value: Equatable>(
        _ what: String, _ found: Value, is expected: Value, file: String = #fileID, line: Int = #line
    ) {
        if found == expected { return }
        record("expected that \(what) is \(brief(expected)); it is \(brief(found))", at: "\(file):\(line)")
    }

    /// Expects that a Swift task, which was cancelled, throws that it was.
    func expectCancellation<Value>(
        of task: Task<Value, any Error>, file: String = #fileID, line: Int = #line
    ) async {
        switch await task.result {
        case .failure(let error) where error is CancellationError: return
        case let end: record("expected CancellationError; it ended with \(brief(end))", at: "\(file):\(line)")
        }
    }

    /// Expects that `condition` comes to hold.
    func eventually(
        _ what: String, file: String = #fileID, line: Int = #line, _ condition: () throws -> Bool
    ) throws {
        if try holds(condition) { return }
        record("expected that \(what) within \(patience); it did not come so", at: "\(file):\(line)")
        throw CaseAborted()
    }

    /// Expects that `body` throws a `MultitaskingError` of one of the codes, and returns that.
    @discardableResult
    func expectThrows<Value>(
        _ codes: MultitaskingError.Code..., from what: String, file: String = #fileID, line: Int = #line,
        _ body: () throws -> Value
    ) -> MultitaskingError? {
        let names = codes.map(\.name).joined(separator: " or ")
        do {
            let value = try body()
            record("expected that \(what) throws \(names); it returned \(brief(value))", at: "\(file):\(line)")
        } catch let error as MultitaskingError where codes.contains(error.code) {
            return error
        } catch {
            record("expected that \(what) throws \(names); it threw \(error)", at: "\(file):\(line)")
        }
        return nil
    }

    /// The value of a task that must have one soon.
    func value<Value>(
        of future: Future<Value>, _ what: String = "the task", file: String = #fileID, line: Int = #line
    ) throws -> Value {
        guard future.waitUntilDone(limit) else {
            record(
                "expected that \(what) ends; after \(patience) it is \(future.state)", at: "\(file):\(line)")
            throw CaseAborted()
        }
        switch future.outcome() {
        case .success(let value): return value
        case .failure(let error):
            record("expected that \(what) succeeds; it failed with \(error)", at: "\(file):\(line)")
        case .cancelled:
            record("expected that \(what) succeeds; it was cancelled", at: "\(file):\(line)")
        case nil:
            record("expected that \(what), which has ended, has an outcome; it has none", at: "\(file):\(line)")
        }
        throw CaseAborted()
    }

    /// The failure of a task that must fail soon with one of the codes.
    @discardableResult
    func failure<Value>(
        of future: Future<Value>, is codes: MultitaskingError.Code..., what: String = "the task",
        file: String = #fileID, line: Int = #line
    ) -> MultitaskingError? {
        let names = codes.map(\.name).joined(separator: " or ")
        guard future.waitUntilDone(limit) else {
            record("expected that \(what) fails with \(names); it is \(future.state)", at: "\(file):\(line)")
            return nil
        }
        switch future.outcome() {
        case .failure(let error as MultitaskingError) where codes.contains(error.code): return error
        case let other:
            record(
                "expected that \(what) fails with \(names); its outcome is \(brief(other as Any))",
                at: "\(file):\(line)")
            return nil
        }
    }

    /// The next element, which must come soon.
    func next<Element: Codable & Sendable>(
        _ type: Element.Type = Element.self, from channel: any Channel, _ what: String = "an element",
        file: String = #fileID, line: Int = #line
    ) throws -> Element {
        if let element = try channel.receive(as: type, wait: limit) { return element }
        record("expected that \(what) arrives; none has within \(patience)", at: "\(file):\(line)")
        throw CaseAborted()
    }

    /// Puts in an element for which there is room, or is soon.
    func put<Element: Codable & Sendable>(
        _ element: Element, into channel: any Channel, file: String = #fileID, line: Int = #line
    ) throws {
        if try channel.send(element, wait: limit) { return }
        record("expected that the channel takes \(brief(element)); it did not", at: "\(file):\(line)")
        throw CaseAborted()
    }

    /// All that waits in a channel at the moment.
    func drain<Element: Codable & Sendable>(
        _ type: Element.Type = Element.self, _ channel: any Channel
    ) throws -> [Element] {
        var elements: [Element] = []
        while let element = try channel.receive(as: type, wait: .never) { elements.append(element) }
        return elements
    }

    private func brief(_ value: some Any) -> String {
        let text = String(describing: value)
        return text.count > 300 ? "\(text.prefix(300))…" : text
    }
}
