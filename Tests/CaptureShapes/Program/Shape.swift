import MultitaskingCaptures
import MultitaskingCore

/// A way to make a closure, and what must become of it.
struct Shape {
    enum Expectation {
        /// It is sent, and returns what it returns here.
        case sent
        /// It is refused.
        case refused
        /// One or the other: the optimizer decides what is captured.
        case either
        /// It is sent or refused, and what it returns may be another thing, because the value's own coding loses
        /// something.
        case lossy
    }

    let name: String
    let expectation: Expectation
    /// Makes the closure; what it captures depends on the number.
    let make: (Int) -> Held

    init(_ name: String, _ make: @escaping (Int) -> Held) { self.init(name, .sent, make) }

    init(_ name: String, _ expectation: Expectation, _ make: @escaping (Int) -> Held) {
        self.name = name
        self.expectation = expectation
        self.make = make
    }

    nonisolated(unsafe) static let all =
        valueShapes + referenceShapes + functionShapes + genericShapes + variableShapes + randomShapes
}

/// What may be refused that is sent in most builds.
enum AllowedRefusals: String {
    case none
    /// In programs without metadata for reflection.
    case all = "may-refuse"
    /// Under the address sanitizer, whose own memory is where many numbers would be addresses.
    case addresses = "may-see-addresses"

    init(_ arguments: [String]) { self = arguments.lazy.compactMap(Self.init(rawValue:)).first ?? .none }

    func includes(_ error: any Error) -> Bool {
        switch self {
        case .none: false
        case .all: true
        case .addresses: "\(error)".contains("is an address in this process")
        }
    }
}

/// What became of the shapes.
struct Tally {
    private(set) var sent = 0
    private(set) var refused = 0
    private(set) var plain = 0
    private(set) var faults: [String] = []
    /// Which refusals of shapes that should be sent are right in this build.
    let allowed: AllowedRefusals

    mutating func isPlain() { plain += 1 }

    mutating func isSent(_ shape: Shape, expected: String, result: Result<String, any Error>) {
        sent += 1
        switch (shape.expectation, result) {
        case (.lossy, _): break
        case (.refused, _): faults.append("\(shape.name): was sent, and should have been refused")
        case (_, .success(expected)): break
        case (_, .success(let other)): faults.append("\(shape.name): returns \(other), not \(expected)")
        case (_, .failure(let error)): faults.append("\(shape.name): \(error)")
        }
    }

    mutating func isRefused(_ shape: Shape, _ error: any Error) {
        refused += 1
        if shape.expectation == .sent, !allowed.includes(error) {
            faults.append("\(shape.name): was refused: \(error)")
        }
        if !(error is CaptureRefusal), (error as? MultitaskingError)?.code != .encodeFailed {
            faults.append("\(shape.name): threw \(error)")
        }
    }

    /// Says what came of it, and returns the exit code.
    func report(_ what: String) -> Int32 {
        for fault in faults { print("\(what): \(fault)") }
        print("\(what): \(sent) sent, \(refused) refused, \(plain) without captures, \(faults.count) faults")
        return faults.isEmpty && sent + plain > 0 ? 0 : 1
    }
}
