#if Tracing
    import MultitaskingCore
    import Tracing

    /// A function that runs in the context of its caller and says when it starts.
    ///
    /// It has one stored property, as the function that it wraps has, so it travels as that does.
    struct TracedFunction<Base: PortableFunction>: PortableFunction {
        private let base: Base

        init(_ base: Base) { self.base = base }

        func call(_ arguments: TracedArguments<Base.Arguments>, in environment: any TaskEnvironment) throws
            -> Base.Output
        {
            arguments.reportStart(in: environment)
            return try ServiceContext.withValue(arguments.context.context) {
                try base.call(arguments.base, in: environment)
            }
        }

        static func encode(_ arguments: TracedArguments<Base.Arguments>, into encoder: inout some PayloadEncoder) throws
        {
            try encoder.encode(arguments.number)
            try encoder.encode(arguments.channel)
            try encoder.encode(arguments.context)
            try Base.encode(arguments.base, into: &encoder)
        }

        static func decodeArguments(from decoder: inout some PayloadDecoder) throws -> TracedArguments<Base.Arguments> {
            TracedArguments(
                number: try decoder.decode(UInt64.self), channel: try decoder.decode(SharedObjectID?.self),
                context: try decoder.decode(CarriedContext.self), base: try Base.decodeArguments(from: &decoder))
        }

        static func encode(output: Base.Output, into encoder: inout some PayloadEncoder) throws {
            try Base.encode(output: output, into: &encoder)
        }

        static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Base.Output {
            try Base.decodeOutput(from: &decoder)
        }

        static func companion(of arguments: TracedArguments<Base.Arguments>) -> (any Sendable)? {
            Base.companion(of: arguments.base)
        }
    }

    extension TracedFunction: LocatableFunction where Base: LocatableFunction {
        var code: (first: UInt, second: UInt) { base.code }
    }

    /// The arguments of a function, and what goes with them.
    struct TracedArguments<Base: Sendable>: Sendable {
        /// The number of the task's trace.
        let number: UInt64
        /// Where the start is reported; nil where the trace itself is at hand.
        let channel: SharedObjectID?
        let context: CarriedContext
        let base: Base
        /// The trace; nil in another process.
        private let trace: TaskTrace?

        init(_ base: Base, _ trace: TaskTrace, _ starts: StartLog, _ instrument: any Instrument) {
            number = trace.number
            channel = starts.channel?.reference
            context = CarriedContext(trace.span.context, instrument)
            self.base = base
            self.trace = starts.channel == nil ? trace : nil
        }

        init(number: UInt64, channel: SharedObjectID?, context: CarriedContext, base: Base) {
            self.number = number
            self.channel = channel
            self.context = context
            self.base = base
            trace = nil
        }

        /// A task whose start nobody can be told runs all the same.
        func reportStart(in environment: any TaskEnvironment) {
            let start = TaskStart(number, environment)
            if let trace { return trace.note(start) }
            if let channel { _ = try? environment.channel(channel).send(start, wait: .never) }
        }
    }
#endif
