import MultitaskingCore

/// What becomes of functions that capture.
let captureCases: [ConformanceCase] = [
    ConformanceCase(
        "capture.capturedValuesArrive", duty: "Executor.submit(_:options:)",
        "Closures that capture numbers, strings, arrays and values of protocol types return what they return in place.",
        requires: [.captures]
    ) { trial in
        try trial.withPool { pool in
            let number = Int(trial.seed % 1000) + 7
            let words = ["", "a word that is longer than fifteen bytes \(number)"]
            let value: any Codable & Sendable = number % 2 == 0 ? number : words
            let parcel = Parcel.example(number)
            for offset in 0...1 {
                let sum: @Sendable (Int) -> Int = { $0 + number }
                let text: @Sendable (Int) -> String = { words[$0] + "\(number) \(value)" }
                trial.expect("a number", try trial.value(of: pool.submit(offset) { sum($0) }), is: sum(offset))
                trial.expect("several values", try trial.value(of: pool.submit(offset) { text($0) }), is: text(offset))
                trial.expect(
                    "a struct", try trial.value(of: pool.submit(offset) { (_: Int) -> Parcel in parcel }), is: parcel)
            }
        }
    },
    ConformanceCase(
        "capture.functionsThatAreHandedOnAreCalled", duty: "Executor.submit(_:options:)",
        "Functions captured by functions, as those of libraries are, generic ones and bound methods are called.",
        requires: [.captures]
    ) { trial in
        try trial.withPool { pool in
            let number = Int(trial.seed % 1000) + 7
            let scale: @Sendable (Int) -> Int = { $0 * number }
            trial.expect(
                "a captured function", try trial.value(of: pool.submit(2) { scale($0) + number }), is: 3 * number)
            trial.expect("a function by its name, handed on", try handOn(double, 4, pool, trial), is: 8)
            trial.expect("a closure, handed on", try handOn({ $0 + number }, 4, pool, trial), is: 4 + number)
            trial.expect(
                "a closure about strings, handed on", try handOn({ $0 + "\(number)" }, "a", pool, trial),
                is: "a\(number)")
            trial.expect("a method", try trial.value(of: pool.submit(Scale(by: number).apply, 3)), is: 3 * number)
            trial.expect(
                "a map", try pool.map(0..<50) { scale($0) }.values(timeout: trial.patience),
                is: (0..<50).map { $0 * number })
        }
    },
    ConformanceCase(
        "capture.whatCannotBeCopiedIsRefused", duty: "Executor.submit(_:options:)",
        "An object that changes, captured by a closure, is refused where values are encoded, and the error says what "
            + "it is.",
        requires: [.captures, .encoding]
    ) { trial in
        try trial.withPool { pool in
            let number = Int(trial.seed % 1000) + 7
            let counter = Counter(number)
            do {
                _ = try pool.submit(1) { $0 + number + counter.count }
                trial.expect(false, "expected capturesState; it was accepted")
            } catch let error as MultitaskingError {
                trial.expect(error.code == .capturesState, "expected capturesState; it is \(error)")
                trial.expect(error.message.contains("Counter"), "expected the name of what is captured; it is \(error)")
            }
            trial.expect("a call after it", try trial.value(of: pool.submit(double, 3)), is: 6)
        }
    },
]

/// A function as a library hands it on.
private func handOn<Input: Portable, Output: Portable>(
    _ function: @escaping @Sendable (Input) throws -> Output, _ input: Input, _ pool: any Executor, _ trial: Trial
) throws -> Output {
    try trial.value(of: pool.submit(input) { try function($0) })
}

struct Scale: Codable, Sendable {
    let factor: Int

    init(by factor: Int) { self.factor = factor }

    func apply(_ number: Int) -> Int { number * factor }
}

/// An object that others may change.
final class Counter: Codable, @unchecked Sendable {
    var count: Int

    init(_ count: Int) { self.count = count }
}
