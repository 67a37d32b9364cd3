/// A function that takes the task's context before its other arguments.
protocol ContextFunction: PortableFunction {
    /// The tuple of the other arguments.
    associatedtype Row

    /// All arguments.
    static func arguments(_ row: Row, context: TaskContext) -> Arguments
}

/// A task's context and the arguments that follow it.
struct ContextArguments<each Argument: Sendable>: Sendable {
    let context: TaskContext
    let values: (repeat each Argument)

    init(_ context: TaskContext, _ values: repeat each Argument) {
        self.context = context
        self.values = (repeat each values)
    }
}

extension ContextArguments where repeat each Argument: Portable {
    init(from decoder: inout some PayloadDecoder) throws {
        context = try decoder.decode(TaskContext.self)
        values = try decodeArguments(repeat (each Argument).self, from: &decoder)
    }

    func encode(into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(context)
        try encodeArguments((repeat each values), into: &encoder)
    }
}
