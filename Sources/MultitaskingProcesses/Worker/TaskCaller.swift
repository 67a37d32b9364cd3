import MultitaskingCore
import MultitaskingSerialization

/// A function of the function table, ready to be called by this worker for any task that names it.
///
/// An object for each function, so that what depends on its type is looked up once and not for each task.
protocol TaskCaller: AnyObject {
    /// Lets `runner` run a task of this function; this only says which types it is made of.
    func run(_ runner: TaskRunner, in environment: WorkerEnvironment, reader: PayloadFieldReader) -> TaskRunner.End

    /// Where the code is that the function leads to, for its name; nil if that is not known.
    var namedCode: (first: UInt, second: UInt)? { get }

    /// Calls the function without a task.
    ///
    /// - Parameters:
    ///   - reader: where its arguments are, behind what it captures.
    ///   - writer: where its result is written.
    func call(_ reader: inout PayloadReader, in environment: WorkerEnvironment, into writer: inout PayloadWriter) throws
}

extension FunctionAddress {
    /// A caller of the function that is here, whose type is found out only at run time.
    ///
    /// - Throws: `functionNotFound` if the type is not that of a function.
    func caller(as type: any PortableFunction.Type) throws -> any TaskCaller {
        func make<Function: PortableFunction>(_ type: Function.Type) throws -> any TaskCaller {
            guard let function = function(as: type) else {
                throw MultitaskingError(.functionNotFound, "\(type) is not the size of a function")
            }
            return TypedCaller<Function, Function.Arguments, Function.Output>(function)
        }
        return try make(type)
    }
}

/// The types of arguments and output are parameters of their own, as they would be looked up in each call otherwise.
private final class TypedCaller<Function: PortableFunction, Arguments, Output>: TaskCaller
where Function.Arguments == Arguments, Function.Output == Output {
    private let function: Function

    init(_ function: Function) { self.function = function }

    var namedCode: (first: UInt, second: UInt)? { (function as? any LocatableFunction)?.code }

    func run(_ runner: TaskRunner, in environment: WorkerEnvironment, reader: PayloadFieldReader) -> TaskRunner.End {
        runner.run(function, in: environment) {
            try reader.read(runner.arguments) { try Function.decodeArguments(from: &$0) }
        }
    }

    func call(
        _ reader: inout PayloadReader, in environment: WorkerEnvironment, into writer: inout PayloadWriter
    ) throws {
        let arguments = try Function.decodeArguments(from: &reader)
        try Function.encode(output: try function.call(arguments, in: environment), into: &writer)
    }
}
