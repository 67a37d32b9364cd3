/// A function that takes the task's context before its other arguments.
protocol ContextFunction: PortableFunction {
    /// The tuple of the other arguments.
    associatedtype Row

    /// All arguments.
    static func arguments(_ row: Row, context: TaskContext) -> Arguments
}

/// A task's context and the arguments that follow it.
struct ContextArguments<each Argument: Portable>: PayloadConvertible {
    let context: TaskContext
    let values: (repeat each Argument)

    init(_ values: (repeat each Argument), context: TaskContext) {
        self.context = context
        self.values = values
    }

    init(from decoder: inout some PayloadDecoder) throws {
        context = try decoder.decode(TaskContext.self)
        values = try ArgumentList<repeat each Argument>(from: &decoder).values
    }

    func encode(into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(context)
        for argument in repeat each values { try encoder.encode(argument) }
    }

    var companion: (any Sendable)? {
        guard let senders = ArgumentList(repeat each values).companion as? HeldSenders else { return context.companion }
        return senders.keeping(context.companion)
    }
}
