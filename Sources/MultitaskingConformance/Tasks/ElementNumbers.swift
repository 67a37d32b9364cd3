import MultitaskingCore

// A function of its worker's environment that `map` and `stream` call for each element: it has the element's random
// numbers.

/// What ``elementNumber(_:_:_:)`` gives for as many elements with the seed 42.
func numbersOfElements(_ count: Int) -> [UInt64] {
    (0..<count).map { offset in
        var random = TaskRandom(seed: TaskRandom.seed(42, at: offset))
        return random.next()
    }
}

/// The first number of an element. -1 ends its worker, -2 does so at the first attempt.
func elementNumber(_ environment: any TaskEnvironment, _ seed: UInt64, _ element: Int) -> UInt64 {
    if element == -1 || element == -2 && environment.attempt == 1 { Blow.exit1.strike() }
    var random = TaskRandom(seed: seed)
    return random.next()
}

struct NumberMapping: ChunkFunction {
    typealias Element = Int
    typealias Value = UInt64

    private let function: @Sendable () -> @Sendable (any TaskEnvironment, UInt64, Int) -> UInt64

    init(_ function: @autoclosure @escaping @Sendable () -> @Sendable (any TaskEnvironment, UInt64, Int) -> UInt64) {
        self.function = function
    }

    func call(_ elements: ChunkElements<Int>, in environment: any TaskEnvironment) throws -> MapChunk<UInt64> {
        var seeds = ElementSeeds(of: elements, in: environment)
        return try MapChunk(elements, in: environment) { function()(environment, seeds.next(), $0) }
    }
}

struct NumberFunction: PortableFunction {
    private let function: @Sendable () -> @Sendable (any TaskEnvironment, UInt64, Int) -> UInt64

    init(_ function: @autoclosure @escaping @Sendable () -> @Sendable (any TaskEnvironment, UInt64, Int) -> UInt64) {
        self.function = function
    }

    func call(_ arguments: ArgumentList<Int>, in environment: any TaskEnvironment) throws -> UInt64 {
        guard let seed = environment.seed else { return 0 }
        return function()(environment, seed, arguments.values)
    }
}

extension Executor {
    func mapNumbers(
        chunkSize: Int?, options: TaskOptions, _ elements: some Sequence<Int>
    ) throws -> MapResults<Int, UInt64> {
        try map(NumberMapping(elementNumber), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    func streamNumbers<Inputs: Sequence<Int>>(
        _ inputs: Inputs, ahead: Int?, order: StreamOrder, options: TaskOptions
    ) throws -> ResultSequence<Inputs, UInt64> {
        let submitter = streamSubmitter(NumberFunction(elementNumber), NumberMapping(elementNumber), options)
        return try blockingStream(inputs, submitter, ahead, order)
    }
}
