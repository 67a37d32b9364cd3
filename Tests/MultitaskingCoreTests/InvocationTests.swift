import MultitaskingCore
import Testing

private func add(_ first: Int, _ second: Int) -> Int { first + second }
private func identity<Element: Codable & Sendable>(_ element: Element) -> Element { element }
private func addAsync(_ first: Int, _ second: Int) async -> Int { first + second }
private func fail(_ number: Int) throws -> Int { throw Thrown(number: number) }

private struct Thrown: Error, Equatable {
    let number: Int
}

/// A type that every process of this binary finds by its name.
struct Point: Codable, Sendable, Equatable {
    var x: Int
    static func mirrored(_ point: Point) -> Point { Point(x: -point.x) }
}

private struct Hidden: Codable, Sendable {}

/// An environment whose only ability is to run `async` functions that do not suspend.
private struct Environment: TaskEnvironment, TaskClock {
    func channel(_ reference: SharedObjectID) throws -> any Channel { throw missing }
    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal { throw missing }
    var clock: any TaskClock { self }
    var now: Duration { .zero }
    func sleep(for duration: Duration) {}
    private var missing: MultitaskingError { MultitaskingError(.noSuchObject, "none") }

    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        throw MultitaskingError(.invalidArgument, "asked to wait")
    }
}

/// A coder that keeps the values, to see which are coded and in which order.
private struct ValueCoder: PayloadEncoder, PayloadDecoder {
    var values: [Any] = []

    mutating func encode<Value: Encodable>(_ value: Value) throws { values.append(value) }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard let value = values.removeFirst() as? Value else { throw MultitaskingError(.wrongType, "another type") }
        return value
    }
}

/// Sends a function's address and its arguments to "another worker" and calls it there.
private func roundTrip<Function: PortableFunction>(_ invoker: Invocation<Function>) throws -> Function.Output? {
    guard let address = FunctionAddress(of: invoker.function),
        let function = FunctionAddress(code: address.code).function(as: Function.self)
    else { return nil }
    var coder = ValueCoder()
    try Function.encode(invoker.arguments, into: &coder)
    let arguments = try Function.decodeArguments(from: &coder)
    #expect(coder.values.isEmpty)
    return try function.call(arguments, in: Environment())
}

/// `ValueFunction` as `submit` makes it.
private func named<each Argument: Portable, Output: Portable>(
    _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
    _ arguments: repeat each Argument
) -> Invocation<ValueFunction<repeat each Argument, Output>> {
    Invocation(ValueFunction(function), ArgumentList(repeat each arguments))
}

/// `AsyncValueFunction` as `submit` makes it.
private func asyncNamed<each Argument: Portable, Output: Portable>(
    _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
    _ arguments: repeat each Argument
) -> Invocation<AsyncValueFunction<repeat each Argument, Output>> {
    Invocation(AsyncValueFunction(function), ArgumentList(repeat each arguments))
}

/// A trailing closure as `submit` takes it.
private func closure<each Argument: Portable, Output: Portable>(
    _ arguments: repeat each Argument,
    body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
) -> Invocation<ValueFunction<repeat each Argument, Output>> {
    Invocation(ValueFunction(body), ArgumentList(repeat each arguments))
}

@Suite struct InvocationTests {
    @Test func selfCheckSucceeds() {
        #expect(FunctionAddress.selfCheck())
    }

    @Test func namedFunctionsTravel() throws {
        #expect(try roundTrip(named(add, 1, 2)) == 3)
        #expect(try roundTrip(named(identity, "text")) == "text")
        #expect(try roundTrip(named(identity, [1, 2])) == [1, 2])
        #expect(try roundTrip(named(Point.mirrored, Point(x: 4))) == Point(x: -4))
    }

    @Test func closuresTravel() throws {
        #expect(try roundTrip(closure(21) { $0 * 2 }) == 42)
        #expect(try roundTrip(closure(1, "a") { "\($0)\($1)" }) == "1a")
        #expect(try roundTrip(closure { 7 }) == 7)
        try #require(try roundTrip(Invocation(VoidFunction<Int> { { _ in } }, ArgumentList(1))) != nil)
    }

    @Test func thrownErrorComesOut() {
        #expect(throws: Thrown(number: 5)) { try roundTrip(named(fail, 5)) }
    }

    @Test func asynchronousShapesAskTheEnvironmentToWait() {
        func message(_ call: () throws -> Void) -> String? {
            (#expect(throws: MultitaskingError.self) { try call() })?.message
        }
        let closure = AsyncValueFunction<Int, Int> { { $0 + 1 } }
        let action = AsyncVoidFunction<Int> { { _ in await Task.yield() } }
        #expect(message { _ = try roundTrip(asyncNamed(addAsync, 1, 2)) } == "asked to wait")
        #expect(message { _ = try roundTrip(Invocation(closure, ArgumentList(1))) } == "asked to wait")
        #expect(message { _ = try roundTrip(Invocation(action, ArgumentList(1))) } == "asked to wait")
    }

    @Test func everyShapeCodesArgumentsInOrderAndItsOutput() throws {
        func check<Function: PortableFunction>(_ type: Function.Type, _ output: Function.Output) throws
        where Function.Arguments == ArgumentList<Int, String> {
            var coder = ValueCoder()
            try Function.encode(ArgumentList(1, "a"), into: &coder)
            #expect(coder.values.count == 2 && coder.values.first is Int)
            #expect(try Function.decodeArguments(from: &coder).values == (1, "a"))
            try Function.encode(output: output, into: &coder)
            _ = try Function.decodeOutput(from: &coder)
            #expect(coder.values.isEmpty)
        }
        try check(ValueFunction<Int, String, Int>.self, 1)
        try check(VoidFunction<Int, String>.self, ())
        try check(AsyncValueFunction<Int, String, Int>.self, 1)
        try check(AsyncVoidFunction<Int, String>.self, ())
    }

    @Test func functionThatCapturesHasNoAddress() {
        let captured = Int.random(in: 1...9)
        #expect(FunctionAddress(of: ValueFunction<Int, Int> { { $0 + captured } }) == nil)
        let object = [captured]
        #expect(FunctionAddress(of: VoidFunction<Int> { { _ in _ = object.count } }) == nil)
    }

    @Test func typeNameLeadsBackToTheType() throws {
        let name = try #require(FunctionTypeName(of: ValueFunction<Point, [Int], Point>.self))
        let again = FunctionTypeName(mangled: name.mangled).resolve()
        #expect(again == ValueFunction<Point, [Int], Point>.self)
    }

    @Test func privateAndLocalTypesHaveNoName() {
        struct Local: Codable, Sendable {}
        #expect(FunctionTypeName(of: ValueFunction<Hidden, Int>.self) == nil)
        #expect(FunctionTypeName(of: ValueFunction<Int, Local>.self) == nil)
    }

    @Test func nameOfNoFunctionTypeIsNotResolved() {
        #expect(FunctionTypeName(mangled: "not a name").resolve() == nil)
        #expect(FunctionTypeName(of: Int.self)?.resolve() == nil)
    }
}
