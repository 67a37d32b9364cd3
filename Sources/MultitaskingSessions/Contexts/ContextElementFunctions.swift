// The shapes that `map` and `stream` send of functions that take a context before the element. The context is made in
// the worker, for each element: it has no queues and no event, so that nothing of it is sent.

/// A function of a context and one element that returns a value.
@usableFromInline
struct ContextElementFunction<Element: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (TaskContext, Element) throws -> Output

    @usableFromInline
    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, Element) throws -> Output) {
        self.function = function
    }

    @usableFromInline
    func call(_ arguments: ArgumentList<Element>, in environment: any TaskEnvironment) throws -> Output {
        try function()(TaskContext(in: environment), arguments.values)
    }
}

/// An asynchronous function of a context and one element that returns a value.
@usableFromInline
struct AsyncContextElementFunction<Element: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (TaskContext, Element) async throws -> Output

    @usableFromInline
    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, Element) async throws -> Output) {
        self.function = function
    }

    @usableFromInline
    func call(_ arguments: ArgumentList<Element>, in environment: any TaskEnvironment) throws -> Output {
        let function = function
        return try environment.wait { try await function()(TaskContext(in: environment), arguments.values) }
    }
}

/// A function of a context and an element that is called for each element of an array.
@usableFromInline
struct ContextMapping<Element: Portable, Value: Portable>: ChunkFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (TaskContext, Element) throws -> Value

    @usableFromInline
    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, Element) throws -> Value) {
        self.function = function
    }

    @usableFromInline
    func call(_ elements: ChunkElements<Element>, in environment: any TaskEnvironment) throws -> MapChunk<Value> {
        let function = function()
        var seeds = ElementSeeds(of: elements, in: environment)
        return try MapChunk(elements, in: environment) {
            try function(TaskContext(in: environment, seed: seeds.next()), $0)
        }
    }
}

/// An asynchronous function of a context and an element that is called for each element of an array.
@usableFromInline
struct AsyncContextMapping<Element: Portable, Value: Portable>: ChunkFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (TaskContext, Element) async throws -> Value

    @usableFromInline
    init(_ function: @escaping @Sendable () -> @Sendable (TaskContext, Element) async throws -> Value) {
        self.function = function
    }

    @usableFromInline
    func call(_ elements: ChunkElements<Element>, in environment: any TaskEnvironment) throws -> MapChunk<Value> {
        let function = function()
        var seeds = ElementSeeds(of: elements, in: environment)
        return try MapChunk(elements, in: environment) { element in
            let context = TaskContext(in: environment, seed: seeds.next())
            return try environment.wait { try await function(context, element) }
        }
    }
}

extension TaskContext {
    /// A context without queues and without an event.
    ///
    /// - Parameter seed: nil for that of the task's options, or a random one.
    fileprivate init(in environment: any TaskEnvironment, seed: UInt64? = nil) {
        let seed = seed ?? environment.seed ?? .random(in: 0 ... .max)
        self = TaskContext(ContextObjects(), seed: seed).inside(environment)
    }
}
