// The shapes that a stream sends besides those of `Mappings.swift`: one element a task, whose error is the task's own,
// so that retries and time limits are the element's. They have no packs, so that one function value fits both kinds of
// shape.

/// A function of one element that returns a value.
@usableFromInline
package struct ElementFunction<Element: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (Element) throws -> Output

    @usableFromInline
    package init(_ function: @escaping @Sendable () -> @Sendable (Element) throws -> Output) {
        self.function = function
    }

    @usableFromInline
    package func call(_ arguments: ArgumentList<Element>, in environment: any TaskEnvironment) throws -> Output {
        try function()(arguments.values)
    }
}

/// An asynchronous function of one element that returns a value.
@usableFromInline
package struct AsyncElementFunction<Element: Portable, Output: Portable>: PortableFunction {
    @usableFromInline let function: @Sendable () -> @Sendable (Element) async throws -> Output

    @usableFromInline
    package init(_ function: @escaping @Sendable () -> @Sendable (Element) async throws -> Output) {
        self.function = function
    }

    @usableFromInline
    package func call(_ arguments: ArgumentList<Element>, in environment: any TaskEnvironment) throws -> Output {
        let function = function
        return try environment.wait { try await function()(arguments.values) }
    }
}
