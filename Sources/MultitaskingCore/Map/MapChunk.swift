/// Results of several calls that travel as one.
package protocol ResultsOfSeveral {
    /// What each of them is.
    static var elementType: Any.Type { get }
}

/// What came of some neighbouring elements of a `map`: the values of those that returned, and the errors of the others.
@usableFromInline
package struct MapChunk<Output: Sendable>: Sendable {
    /// The values, in the order of their elements.
    @usableFromInline var values: [Output]
    /// The failures, in the order of their elements.
    @usableFromInline var failures: [ElementFailure]

    /// How long the calls took; nil if nobody measured.
    var duration: Duration?

    /// How many elements the chunk has.
    @usableFromInline var count: Int { values.count + failures.count }

    /// Calls `function` for each element that is there; an error of one does not keep the others from being called.
    ///
    /// - Throws: `CancellationError` if an element throws that because the task is asked to end, which isn't any
    ///   element's fault.
    package init<Element>(
        _ elements: ChunkElements<Element>, in environment: any TaskEnvironment,
        _ function: (Element) throws -> Output
    ) throws {
        let present = elements.values
        values = []
        values.reserveCapacity(present.count)
        failures = []
        var undecoded = elements.failures[...]
        var nextUndecoded = undecoded.first?.offset ?? .max
        var offset = 0
        let start = environment.clock.now
        // No iterator: this runs unspecialized in a worker, and each generic call shows when the function is short.
        for index in 0..<present.count {
            while offset == nextUndecoded {
                failures.append(undecoded.removeFirst())
                nextUndecoded = undecoded.first?.offset ?? .max
                offset += 1
            }
            environment.noteProgress(offset)
            do { values.append(try function(present[index])) } catch {
                if environment.isLeaving(with: error) { throw error }
                failures.append(ElementFailure(offset: offset, error: thrownByTask(error)))
            }
            offset += 1
        }
        failures += undecoded
        duration = environment.clock.now - start
    }

    /// The result of one element, or of none.
    init(_ result: Result<Output, any Error>? = nil) {
        (values, failures) = ([], [])
        switch result {
        case .success(let value): values = [value]
        case .failure(let error): failures = [ElementFailure(offset: 0, error: error)]
        case nil: break
        }
    }

    /// The chunk of elements that all ended with the same error.
    init(failure: any Error, count: Int) {
        values = []
        failures = (0..<count).map { ElementFailure(offset: $0, error: failure) }
    }
}

extension MapChunk where Output: Portable {
    /// Writes what ``init(from:)`` reads: the values in one piece or, if one of them cannot be encoded, each for
    /// itself; then the failures one by one.
    func encode(into encoder: inout some PayloadEncoder) throws {
        var failures = failures
        let isWhole: Bool
        do {
            try encoder.encode(values)
            isWhole = true
        } catch { isWhole = false }
        if isWhole {
            try encoder.encode(0)
        } else {
            failures = try encodeEach(into: &encoder)
        }
        try encoder.encode(duration.map(Self.nanoseconds) ?? -1)
        try encoder.encode(failures.count)
        for failure in failures {
            try encoder.encode(failure.offset)
            try encoder.encode(error: failure.error)
        }
    }

    /// Writes the values one by one, and nothing in the place of one that cannot be encoded.
    ///
    /// - Returns: the failures, with those of such values.
    private func encodeEach(into encoder: inout some PayloadEncoder) throws -> [ElementFailure] {
        try encoder.encode([Output]())
        try encoder.encode(values.count)
        var unencoded: [ElementFailure] = []
        for (index, value) in values.enumerated() {
            do { try encoder.encode([value]) } catch {
                unencoded.append(ElementFailure(offset: index, error: Self.unencodable(error)))
                try encoder.encode([Output]())
            }
        }
        var all = failures
        all.insert(amongOthers: unencoded)
        return all
    }

    /// The error of an element whose value cannot be encoded, as that of a task with such a result.
    private static func unencodable(_ error: any Error) -> MultitaskingError {
        let error = error as? MultitaskingError ?? MultitaskingError(.resultEncodeFailed, "\(error)", cause: error)
        if error.code == .arenaLimitReached { return error }
        return MultitaskingError(.resultEncodeFailed, error.message, cause: error.cause ?? error)
    }

    /// Reads a chunk. A value that cannot be decoded is a failure of its element.
    init(from decoder: inout some PayloadDecoder) throws {
        let whole = try ChunkElements<Output>(from: &decoder)
        values = whole.values
        var undecoded = whole.failures
        let valueCount = try decoder.decode(Int.self)
        guard valueCount >= 0 else { throw MultitaskingError(.decodeFailed, "a chunk has \(valueCount) values") }
        for _ in 0..<valueCount {
            let single = try ChunkElements<Output>(from: &decoder)
            let first = values.count + undecoded.count
            values += single.values
            undecoded += single.failures.map { ElementFailure(offset: first + $0.offset, error: $0.error) }
        }
        failures = []
        let nanoseconds = try decoder.decode(Int64.self)
        duration = nanoseconds < 0 ? nil : .nanoseconds(nanoseconds)
        let count = try decoder.decode(Int.self)
        guard count >= 0 else { throw MultitaskingError(.decodeFailed, "a chunk has \(count) failures") }
        for _ in 0..<count {
            let offset = try decoder.decode(Int.self)
            guard offset >= 0, offset > failures.last?.offset ?? -1 else {
                throw MultitaskingError(.decodeFailed, "the failures of a chunk are not in order")
            }
            failures.append(ElementFailure(offset: offset, error: try decoder.decodeError()))
        }
        failures.insert(amongOthers: undecoded)
        guard failures.last?.offset ?? -1 < self.count else {
            throw MultitaskingError(.decodeFailed, "a chunk of \(self.count) elements has failures beyond them")
        }
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return max(0, min(seconds, 1 << 32)) * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}

extension MapChunk: ResultsOfSeveral {
    package static var elementType: Any.Type { Output.self }
}
