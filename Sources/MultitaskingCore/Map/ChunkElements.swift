/// The elements that are sent to a worker as one task: neighbours, for each of which a function is called.
///
/// They are sent as one array. If it can't be decoded, each element is decoded for itself, so that only those fail that
/// are to blame.
@usableFromInline
package struct ChunkElements<Element: Portable>: PayloadConvertible {
    /// Those that are there, in their order.
    @usableFromInline let values: [Element]
    /// Those that could not be decoded, in their order.
    let failures: [ElementFailure]

    @usableFromInline
    init(_ elements: [Element]) {
        values = elements
        failures = []
    }

    @usableFromInline
    package init(from decoder: inout some PayloadDecoder) throws {
        do {
            values = try decoder.decode([Element].self)
            failures = []
        } catch {
            // A decoder that has thrown still stands before the value. What is wrong with bytes that are damaged so
            // that no element can be found is said best by the first error.
            guard let elements = try? decoder.decode(SeparateElements<Element>.self) else { throw error }
            (values, failures) = (elements.values, elements.failures)
        }
    }

    @usableFromInline
    package func encode(into encoder: inout some PayloadEncoder) throws { try encoder.encode(values) }
}

/// The elements of an array, decoded one by one.
private struct SeparateElements<Element: Decodable>: Decodable {
    var values: [Element] = []
    var failures: [ElementFailure] = []

    init(from decoder: any Decoder) throws {
        var elements = try decoder.unkeyedContainer()
        while !elements.isAtEnd {
            do { values.append(try elements.decode(Element.self)) } catch {
                failures.append(ElementFailure(offset: elements.currentIndex, error: Self.undecodable(error)))
                _ = try elements.decode(PassedElement.self)
            }
        }
    }

    /// The error of an element that cannot be decoded, as that of a task with such an argument.
    private static func undecodable(_ error: any Error) -> MultitaskingError {
        let known = error as? MultitaskingError
        if let known, [.noSuchObject, .functionNotFound, .decodeFailed].contains(known.code) { return known }
        let message =
            known?.message
            ?? "an element of type \(Element.self) cannot be decoded: its init(from:) threw; check that init(from:) "
            + "reads what encode(to:) writes"
        return MultitaskingError(.decodeFailed, message, cause: known?.cause ?? error)
    }
}

/// Reads nothing of an element, which passes it by.
private struct PassedElement: Decodable {
    init(from decoder: any Decoder) throws {}
}
