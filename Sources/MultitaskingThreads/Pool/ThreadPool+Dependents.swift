internal import MultitaskingCore

/// Several values as one, which a closure can capture.
struct ValueList<each Value: Sendable>: Sendable {
    let values: (repeat each Value)

    init(_ values: repeat each Value) { self.values = (repeat each values) }
}

extension ThreadPool {
    /// Where the overloads of `submit` with `resultsOf:` meet.
    func submitDependent<First: Sendable, each Other: Sendable, Output: Sendable>(
        _ options: TaskOptions, _ first: Future<First>, _ others: repeat Future<each Other>,
        body: @escaping @Sendable (First, ValueList<repeat each Other>, any TaskEnvironment) throws -> Output
    ) throws -> Future<Output> {
        if options.asksForMoreThanRoom { try validate(options) }
        try checkUsable()
        var dependencies: [any Followable] = [first]
        for future in repeat each others { dependencies.append(future) }
        return submit(after: dependencies, options) { options in
            let value = try first.availableValue()
            let values = ValueList(repeat try (each others).availableValue())
            return try self.submit(options: options) { try body(value, values, $0) }
        }
    }
}
