import MultitaskingCore
import MultitaskingSerialization
import RemoteWorkers
import Testing

@Suite struct RunReportTests {
    private func bytes(
        _ end: UInt8, started: Bool = true, output: [UInt8] = [], _ body: [UInt8] = []
    ) -> [UInt8] { FrameCases.report(end, started: started, output: output, body) }

    private func report(_ bytes: [UInt8]) throws -> RunReport { try RunReport(Frame(kind: .done, id: 1, head: bytes)) }

    private let death = FrameCases.death

    @Test func endOfACall_hasItsBytesAndOutput() throws {
        let report = try report(bytes(1, output: [65, 66], [9, 8]))
        guard case .call(.thrown, let tail) = report.end else { return #expect(Bool(false), "\(report.end)") }
        #expect(tail.array == [9, 8] && report.output == [65, 66] && report.hasStarted)
        #expect(report.times == RunTimes(decoding: 10, running: 20, encoding: 30))
        #expect(report.place.pid == 42 && report.place.node == "n1")
    }

    @Test func deathOfAChild_isAWorkerFailureWithItsNode() throws {
        guard case .died(let failure) = try report(bytes(3, death)).end else { throw FrameError("another end") }
        #expect(failure.pid == 42 && failure.worker == 3 && failure.phase == .running && failure.attempt == 2)
        #expect(failure.signal == 11 && failure.signalName == "SIGSEGV" && failure.exitCode == nil)
        #expect(failure.progress == 5 && failure.node == "10.0.0.2" && failure.lastLines == ["end"])
        #expect(failure.peakMemory == 1 << 20)
    }

    @Test func deathThatIsCutShort_isAnError() throws {
        for count in 0..<death.count {
            #expect(throws: FrameError.self, "\(count) bytes") { try report(bytes(3, Array(death.prefix(count)))) }
        }
        for count in 0..<bytes(0).count {
            #expect(throws: FrameError.self) { try report(Array(bytes(0).prefix(count))) }
        }
    }

    @Test func cancelBeforeTheBeginning_isToldFromOneAfterIt() throws {
        guard case .withdrawn = try report(bytes(5, started: false)).end else { throw FrameError("another end") }
        guard case .cancelled(nil) = try report(bytes(5)).end else { throw FrameError("another end") }
        guard case .timedOut(nil) = try report(bytes(4)).end else { throw FrameError("another end") }
    }

    @Test func loss_hasNodeAndDetail() throws {
        var body = ByteWriter()
        body.add(UInt16(2))
        body.add("n1lost".utf8)
        guard case .lost("n1", "lost") = try report(bytes(6, body.bytes)).end else { throw FrameError("another end") }
        guard case .outOfMemory("n1", "lost") = try report(bytes(8, body.bytes)).end else {
            throw FrameError("another end")
        }
    }

    @Test func runThatNobodyTook_hasNotRun() throws {
        let end = try report(bytes(9, started: false, Array("no host".utf8))).end
        guard case .unreachable("no host") = end, !end.hasRun, !end.isDeath else { throw FrameError("another end") }
    }

    @Test func resultThatWasNotSent_isOneThatCannotBeEncoded_withTheReason() throws {
        guard case .call(.failure, let tail) = try report(bytes(10, Array("too large: send parts".utf8))).end else {
            throw FrameError("another end")
        }
        let error = try unsafe tail.withBytes { bytes in
            var reader = unsafe PayloadReader(bytes)
            return try reader.decodeError() as? MultitaskingError
        }
        #expect(error?.code == .resultEncodeFailed && error?.origin == .pool)
        #expect(error?.message == "too large: send parts")
    }

    @Test func argumentsThatNoPayloadHasRoomFor_areRefused() throws {
        try FrameKind.check(argumentSize: 63 << 30)
        #expect(throws: MultitaskingError.self) { try FrameKind.check(argumentSize: 64 << 30) }
    }

    @Test func endThatThereIsNot_isAnError() {
        for end in 11...255 as ClosedRange<UInt8> { #expect(throws: FrameError.self) { try report(bytes(end)) } }
    }

    @Test func order_isReadAsItWasWritten() throws {
        let order = RunOrder(
            attempt: 3, worker: 5, tasksRun: 1 << 40, made: .max, seed: 7, outputLimit: 100, setUp: .call(9))
        var writer = ByteWriter()
        order.write(to: &writer)
        #expect(writer.bytes.count == 45)
        var reader = ByteReader(writer.bytes)
        #expect(try RunOrder(&reader) == order && reader.isAtEnd)
        var plain = ByteWriter()
        RunOrder(attempt: 1, worker: 0, tasksRun: 0, made: 0, seed: nil, outputLimit: nil).write(to: &plain)
        var again = ByteReader(plain.bytes)
        let read = try RunOrder(&again)
        #expect(read.seed == nil && read.outputLimit == nil && read.setUp == .none)
    }
}
