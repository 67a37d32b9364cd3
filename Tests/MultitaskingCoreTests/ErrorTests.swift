import MultitaskingCore
import Testing

private struct Cause: Error, CustomStringConvertible {
    var description: String { "the disk is full" }
}

private struct Hidden {}

@Suite struct ErrorTests {
    @Test func descriptionHoldsCodeMessageAndCause() {
        let plain = MultitaskingError(.closed, "no more")
        #expect(plain.description == "closed: no more")
        #expect(plain.cause == nil)
        let caused = MultitaskingError(.systemError, "cannot write", cause: Cause())
        #expect(caused.description == "systemError: cannot write (cause: the disk is full)")
        #expect(caused.cause is Cause)
    }

    @Test func descriptionOfAMessageThatHoldsItsCause_saysThatOnce() {
        let whole = MultitaskingError(.capturesState, "cannot be sent: the disk is full", cause: Cause())
        #expect(whole.description == "capturesState: cannot be sent: the disk is full")
        #expect(whole.cause is Cause)
        func crash(_ lastLines: [String]) -> String {
            let failure = WorkerFailure(
                pid: 17, worker: 2, phase: .running, signal: 4, signalName: "SIGILL", exitCode: nil, peakMemory: 4096,
                lastLines: lastLines)
            return MultitaskingError(.workerCrashed, "\(failure.summary); look", cause: failure).description
        }
        let summary = "worker 2 (pid 17) was killed by SIGILL while running the function; peak memory 4 KiB"
        #expect(crash([]) == "workerCrashed: \(summary); look")
        #expect(crash(["the end"]) == "workerCrashed: \(summary); look; it printed last:\n    the end\n")
        let failure = WorkerFailure(
            pid: 17, worker: 2, phase: .running, signal: 4, signalName: "SIGILL", exitCode: nil, peakMemory: 4096)
        let late = MultitaskingError(.taskTimedOut, "too long", cause: failure)
        #expect(late.description == "taskTimedOut: too long (cause: \(summary))")
    }

    @Test func summaryOfAFailureWhoseMemoryIsUnknown_saysNothingOfIt() {
        let failure = WorkerFailure(
            pid: 17, worker: 2, phase: .running, signal: 9, signalName: "SIGKILL", exitCode: nil, peakMemory: 0)
        #expect(failure.summary == "worker 2 (pid 17) was killed by SIGKILL while running the function")
    }

    @Test func descriptionOfWhatDrivesTerminals_showsQuestionMarks_andKeepsLines() {
        let message = "a\u{1B}]0;title\u{7}\u{9B}2J\u{202E}b\n\tc 👩\u{200D}🚀"
        let error = MultitaskingError(.closed, message)
        #expect(error.description == "closed: a?]0;title??2J?b\n\tc 👩\u{200D}🚀")
        #expect(error.message == message)
        #expect(RemoteError(error).description.hasSuffix(": closed: a?]0;title??2J?b\n\tc 👩\u{200D}🚀"))
        let failure = WorkerFailure(
            pid: 1, worker: 0, phase: .running, signal: 9, signalName: nil, exitCode: nil, peakMemory: 0,
            lastLines: ["\u{1B}[2Jx"])
        #expect(failure.description.hasSuffix("    ?[2Jx\n") && failure.lastLines == ["\u{1B}[2Jx"])
        #expect(RaceError([error]).description.hasSuffix("closed: a?]0;title??2J?b\n\tc 👩\u{200D}🚀"))
        #expect(TaskReport(0.5, "a\u{1B}\nb").description == "50% a??b")
        #expect("two\nlines\u{2028}\r".printable == "two?lines??")
    }

    @Test func codesCompareByNameAndMayBeAdded() {
        #expect(MultitaskingError.Code("closed") == .closed)
        #expect(MultitaskingError.Code("ofAnotherBackend") != .closed)
        #expect(MultitaskingError.Code.timedOut.description == "timedOut")
    }

    @Test func errorsThatAreMadeHereSayWhatToDo() {
        let fork = MultitaskingError.unsafeFork(threads: 3)
        #expect(fork.code == .unsafeFork)
        #expect(fork.message.contains("3 other thread(s)"))
        #expect(fork.message.contains(".spawn"))
        let late = MultitaskingError.notDone(within: .seconds(2))
        #expect(late.code == .timedOut)
        #expect(late.message.contains("2.0 seconds"))
        #expect(MultitaskingError.notDone(within: nil).message.contains("the limit"))
    }

    @Test func remoteErrorKeepsTypeAndText() {
        let remote = RemoteError(Cause())
        #expect(remote.typeName.hasSuffix("Tests.Cause"))
        #expect(remote.message == "the disk is full")
        #expect(remote.description == "\(remote.typeName): the disk is full")
    }

    @Test func namesOfLocalAndPrivateTypes_holdNoAddress() {
        struct Local: Error {}
        let name = qualifiedName(of: [Local?].self)
        #expect(name.hasPrefix("Swift.Array<Swift.Optional<MultitaskingCoreTests.") && name.hasSuffix("Local>>"))
        #expect(!name.contains("unknown context") && !name.contains("$"))
        #expect(qualifiedName(of: Hidden.self) == "MultitaskingCoreTests.Hidden")
        #expect(RemoteError(Local()).typeName == qualifiedName(of: Local.self))
        #expect(qualifiedName(of: ((Int) -> String).self) == "(Swift.Int) -> Swift.String")
    }

    @Test func workerFailureSaysHowTheWorkerEnded() {
        func failure(signal: Int32?, name: String?, exitCode: Int32?) -> String {
            WorkerFailure(
                pid: 17, worker: 2, phase: .running, signal: signal, signalName: name, exitCode: exitCode,
                peakMemory: 4096
            ).description
        }
        #expect(
            failure(signal: 9, name: "SIGKILL", exitCode: nil)
                == "worker 2 (pid 17) was killed by SIGKILL while running the function; peak memory 4 KiB")
        #expect(failure(signal: 64, name: nil, exitCode: nil).contains("was killed by signal 64"))
        #expect(failure(signal: nil, name: nil, exitCode: 3).contains("exited with code 3"))
    }
}
