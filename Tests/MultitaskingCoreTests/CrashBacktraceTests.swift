import Foundation
import MultitaskingCore
import Testing

@Suite struct CrashBacktraceTests {
    private static func frame(_ address: UInt64) -> CrashBacktrace.Frame {
        CrashBacktrace.Frame(
            address: address, image: "/lib/libsome.so", offset: address & 0xfff, isReturnAddress: true)
    }

    @Test func frameWithoutSymbol_describesItsImageAndOffset() {
        #expect(Self.frame(0x7123).description == "libsome.so (0x123)")
        let nowhere = CrashBacktrace.Frame(address: 0x40, image: nil, offset: 0, isReturnAddress: false)
        #expect(nowhere.description == "0x40")
    }

    @Test func encodedBacktrace_decodesAsTheSame() throws {
        let backtrace = CrashBacktrace(frames: [Self.frame(1), Self.frame(2)])
        let again = try JSONDecoder().decode(CrashBacktrace.self, from: JSONEncoder().encode(backtrace))
        #expect(again == backtrace)
        #expect(again.hashValue == backtrace.hashValue)
    }

    /// Frames with these names, as another process has found them.
    private static func backtrace(_ names: [String]) throws -> CrashBacktrace {
        let frames = names.enumerated().map { index, name in
            """
            {"address": \(index), "image": "/bin/app", "offset": \(index), "isReturnAddress": true,
             "symbol": {"name": "\(name)", "distance": 1}}
            """
        }
        return try JSONDecoder().decode(
            CrashBacktrace.self, from: Data("{\"frames\": [\(frames.joined(separator: ","))]}".utf8))
    }

    /// How many frames the description of a failure with this stack shows.
    private static func shownCount(_ names: [String]) throws -> Int {
        let text = WorkerFailure(
            pid: 1, worker: 0, phase: .running, signal: 4, signalName: "SIGILL", exitCode: nil, peakMemory: 0,
            backtrace: try backtrace(names)
        ).description
        let lines = text.split(separator: "\n").dropFirst()
        let rest = names.count - lines.count { $0.contains("app (0x") }
        #expect(text.contains("and \(rest) more") == (rest > 0))
        return lines.count { $0.contains("app (0x") }
    }

    private static let worker = [
        "protocol witness for MultitaskingCore.TaskFunction.call(_: A.Arguments, in: MultitaskingCore.TaskEnvironment)"
            + " throws -> A.Output in conformance MultitaskingCore.ValueFunction<Pack{repeat A}, B>",
        "MultitaskingProcesses.Worker.run(MultitaskingProcesses.ForkedSetup) -> Swift.Int32", "start_thread",
    ]

    @Test func stackOfATask_isDescribedDownToTheTasksFunction() throws {
        let task = ["Swift._assertionFailure()", "MultitaskingTools.far(Swift.Int) -> Swift.Int", "App.f()"]
        let thunks = [
            "partial apply forwarder for reabstraction thunk helper from @callee_guaranteed () -> (@unowned Swift.Int)",
            "MultitaskingCore.ValueFunction.call(_: MultitaskingCore.ArgumentList<Pack{repeat A}>) throws -> B",
            "MultitaskingSessions.ContextFunction.call(_: MultitaskingCore.ArgumentList<Pack{repeat A}>) throws -> B",
        ]
        #expect(try Self.shownCount(task + thunks + Self.worker) == 3)
        #expect(try Self.shownCount(task + Self.worker) == 3)
        // The function itself calls the package.
        #expect(try Self.shownCount(["App.encode()", "MultitaskingCore.Channel.send()", "App.f()"] + Self.worker) == 3)
        // Inlined into what the compiler has made for it.
        let inlined = "function signature specialization <Arg[2] = [App.f()]> of reabstraction thunk helper from A to B"
        #expect(try Self.shownCount(["trap", inlined] + thunks + Self.worker) == 2)
        let own = "protocol witness for MultitaskingCore.TaskFunction.call(_: A.Arguments) in conformance App.Function"
        #expect(try Self.shownCount(["trap", own] + Self.worker.dropFirst()) == 2)
        // A pool within a task: all of the outer one's functions are shown.
        #expect(try Self.shownCount(["App.f()"] + Self.worker + ["App.g()"] + Self.worker) == 5)
    }

    @Test func stackWithoutATasksFunction_isDescribedAsItIs() throws {
        #expect(try Self.shownCount(Self.worker) == 3)
        #expect(try Self.shownCount(["App.f()", "MultitaskingProcesses.Worker.run()", "start_thread"]) == 3)
        #expect(try Self.shownCount(["App.f()", "swift_job_run"]) == 2)
        #expect(try Self.shownCount((0..<30).map { "App.f\($0)()" } + Self.worker) == 12)
    }

    @Test func failure_describesTheTopOfItsStack() {
        func failure(_ backtrace: CrashBacktrace?) -> WorkerFailure {
            WorkerFailure(
                pid: 1, worker: 0, phase: .running, signal: 4, signalName: "SIGILL", exitCode: nil, peakMemory: 0,
                lastLines: ["the end"], backtrace: backtrace)
        }
        let text = failure(CrashBacktrace(frames: (0..<30).map { Self.frame($0) })).description
        #expect(text.contains("    the end\nits stack:\n    0 libsome.so (0x0)\n"))
        #expect(text.contains("    and 18 more\n"))
        #expect(!failure(nil).description.contains("stack"))
    }
}
