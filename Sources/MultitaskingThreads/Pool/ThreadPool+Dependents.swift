internal import MultitaskingCore

/// Several values as one, which a closure can capture.
struct ValueList<each Value: Sendable>: Sendable {
    let values: (repeat each Value)

    init(_ values: repeat each Value) { self.values = (repeat each values) }
}

extension ThreadPool {
    /// Where the overloads of `submit` with `resultsOf:` meet.
    func submitDependent<each Argument: Sendable, Output: Sendable>(
        _ options: TaskOptions, _ futures: repeat Future<each Argument>,
        body: @escaping @Sendable (ValueList<repeat each Argument>, any TaskEnvironment) throws -> Output
    ) throws -> Future<Output> {
        if options.asksForMoreThanRoom { try refuse(options) }
        var dependencies: [any Awaitable] = []
        for future in repeat each futures { dependencies.append(future) }
        return submit(after: dependencies, options) { options in
            let values = ValueList(repeat try (each futures).availableValue())
            return try self.submit(options: options) { try body(values, $0) }
        }
    }
}
