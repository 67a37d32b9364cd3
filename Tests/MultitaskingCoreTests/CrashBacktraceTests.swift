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
