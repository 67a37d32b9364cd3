import MultitaskingConformance
import Testing

/// How a fault shows in one case of the kit.
struct Symptom: Sendable {
    /// The case that must fail.
    let caseName: String
    /// What the failure's message must say.
    let sign: String
    let kind: ConformanceFailure.Kind

    init(_ caseName: String, _ sign: String, _ kind: ConformanceFailure.Kind = .breach) {
        self.caseName = caseName
        self.sign = sign
        self.kind = kind
    }
}

extension Fault {
    /// The cases that must notice it, the one that it was made for first.
    var symptoms: [Symptom] {
        switch self {
        case .losesAnElement:
            [
                Symptom("channel.elementsArriveInOrder", "expected that the next element is"),
                Symptom("channel.elementsCanBeAwaited", "expected that the sum is 1225"),
            ]
        case .doublesAnElement:
            [
                Symptom("channel.elementsArriveInOrder", "expected that the next element is"),
                Symptom("rendezvous.manyMeet", "expected that what 0 sent"),
            ]
        case .reordersElements: [Symptom("channel.elementsArriveInOrder", "expected that the next element is")]
        case .losesWhatIsNil: [Symptom("channel.elementsThatAreNilArrive", "expected that what comes alone is")]
        case .dropsOnClose: [Symptom("channel.closeDrainsThenEnds", "expected that count is")]
        case .reportsTheWrongError: [Symptom("channel.closeDrainsThenEnds", "throws closed; it threw noSuchObject")]
        case .exceedsCapacity: [Symptom("channel.capacityIsKept", "send into a full channel")]
        case .losesAWakeUp:
            [
                Symptom("channel.anEmptyOneBlocksUntilThereIsAnElement", "expected that an element arrives")
            ]
        case .blocksForEver: [Symptom("channel.waitsKeepTheirLimits", "abandoned", .blocked)]
        case .returnsEarly: [Symptom("channel.waitsKeepTheirLimits", "after 30 ms")]
        case .countsJoinWrongly:
            [
                Symptom("channel.joinWaitsForEveryTaskDone", "expected that join of what was only received is false")
            ]
        case .allowsTooManyReports:
            [
                Symptom("channel.joinWaitsForEveryTaskDone", "once too often throws invalidArgument")
            ]
        case .ignoresCancel:
            [
                Symptom("cancel.aQueuedTaskNeverStarts", "expected that cancel of queued task 0 is true"),
                Symptom("wait.aCancelledAwaitCancelsWhatItIsAskedTo", "which were cancelled"),
                Symptom("priority.cancelledOnesNeverStart", "expected that cancel of task"),
            ]
        case .startsACancelledTask:
            [
                Symptom("cancel.aQueuedTaskNeverStarts", "expected that its state is cancelled"),
                Symptom("worker.aCancelledCallIsNotMade", "expected that how many calls were made is 1"),
            ]
        case .callsBackTwice:
            [
                Symptom("future.whenDoneIsCalledOnceForEachCallback", "expected that calls of 16 callbacks is 16")
            ]
        case .forgetsACallback:
            [
                Symptom("future.whenDoneIsCalledOnceForEachCallback", "expected that ten callbacks are called"),
                Symptom("select.wakesForWhatFollowsOthers", "expected that of what has followed is"),
            ]
        case .swallowsAnError:
            [
                Symptom("outcome.thrownErrorArrivesAsItself", "expected PortableFailure(7); the outcome is Optional")
            ]
        case .decodesToTellTheEnding:
            [Symptom("future.itsEndingIsKnownWithoutItsValue", "how often that has decoded the value is 0; it is 6")]
        case .changesItsOutcome: [Symptom("future.stateOnlyMovesForward", "its result, asked again")]
        case .jumpsTheQueue: [Symptom("order.tasksStartInOrderOfSubmission", "expected that the order is")]
        case .runsTooManyAtOnce: [Symptom("order.allWorkersRunAtOnceAndNoMore", "a task more than there are workers")]
        case .acceptsAfterShutdown:
            [
                Symptom("shutdown.laterSubmitsAreRefused", "throws shutDown; it returned"),
                Symptom(
                    "shutdown.laterSubmitsAreRefused",
                    "submit with results of others after shutdown(drain) throws shutDown"),
                Symptom("stream.aShutDownPoolFailsTheElements", "expected shutDown"),
            ]
        case .returnsBeforeTheEnd:
            [
                Symptom("shutdown.drainRunsEverything", "isDone right after shutdown"),
                Symptom("shutdown.canBeAwaited", "isDone right after shutdown"),
                Symptom("shutdown.whatCannotBeEndedDoesNotHoldItUp", "whether it was clean is false"),
            ]
        case .ignoresOptions:
            [
                Symptom("outcome.optionsThatCannotBeKeptAreRefused", "throws invalidArgument; it returned")
            ]
        case .leaksAThread: [Symptom("order.poolsComeAndGo", "thread", .leak)]
        case .leaksADescriptor: [Symptom("order.poolsComeAndGo", "/dev/null", .leak)]
        case .leaksAChild: [Symptom("order.poolsComeAndGo", "process", .leak)]
        case .leaksABlock:
            [
                Symptom("order.poolsComeAndGo", "blocks", .leak),
                Symptom("stream.leavingItEarlyLeavesNothing", "blocks", .leak),
            ]
        case .keepsWhatWasCaptured:
            [
                Symptom("sharedMemory.whatATaskCapturedIsReleased", "nothing that was captured is left")
            ]
        case .ignoresSeeds:
            [
                Symptom("seed.givesTheSameNumbers", "expected that the numbers of seed"),
                Symptom("seed.elementsHaveTheirOwn", "expected that the numbers of the elements"),
            ]
        case .ignoresPriorities: [Symptom("priority.higherOnesStartFirst", "most of the first 12 are of high priority")]
        case .starvesTheLow: [Symptom("priority.aFloodDoesNotStarveOthers", "expected that the task ends")]
        case .mistakesItsWorkers: [Symptom("worker.isKnownToItsTasks", "how many tasks it has run is 1")]
        case .forgetsAWorker: [Symptom("worker.everywhereRunsOnceInEach", "the number of futures is 3")]
        case .forgetsLaterWorkers:
            [
                Symptom("worker.everywhereRunsInThoseThatComeLater", "the call of a later worker arrives")
            ]
        case .ignoresResize:
            [
                Symptom("worker.resizeGrowsAtOnce", "maxWorkers is 4"),
                Symptom("worker.misuseIsRefused", "resize(to: 0) throws invalidArgument"),
            ]
        case .keepsWorkersThatAreTooMany:
            [
                Symptom("worker.resizeShrinksAfterTheCurrentTask", "a task more than there are workers"),
                Symptom("worker.everywhereRunsInThoseThatAreToLeave", "the numbers of futures is"),
            ]
        case .skipsTheFinalizer: [Symptom("worker.finalizerResultsAreCollected", "the finalizers' results is")]
        case .skipsTheInitializer:
            [
                Symptom("worker.initializerGetsItsArguments", "is initialized once with the argument")
            ]
        case .losesManyCallbacks: [Symptom("wait.completionsGiveEachTaskOnce", "expected that what came is")]
        case .cancelsNothing: [Symptom("wait.theRestIsCancelled", "expected that how many are cancelled is 21")]
        case .hidesFailures:
            [
                Symptom("wait.aRaceThatNobodyWinsHasAllErrors", "expected RaceError"),
                Symptom("wait.returnsWhenItsConditionIsFulfilled", "whether the failed one has ended"),
                Symptom("dependent.failsWithTheCause", "fails with dependencyFailed"),
            ]
        case .callsBackTooEarly: [Symptom("dependent.startsWhenItsArgumentsAreThere", "succeeds; it failed with")]
        case .drainsByCancelling:
            [Symptom("shutdown.withinItsTimeIsClean", "succeeds; it was cancelled")]
        case .showsSignalsLate:
            [
                Symptom("signal.thatIsSetBeforeASendIsSeenFirst", "expected that isSet after receiving is true")
            ]
        case .findsChannelsLate: [Symptom("environment.whatIsMadeBeforeASubmitIsFound", "noSuchObject")]
        case .leavesResidue: [Symptom("order.poolsComeAndGo", "a file in the cluster", .leak)]
        case .refusesNowAndThen:
            [
                Symptom("stream.givesEveryResultInTheOrderOfInput", "systemError"),
                Symptom("stream.errorsAreTheirElements", "systemError"),
                Symptom("stream.anErrorOfTheInputsComesOut", "systemError"),
            ]
        case .losesTheWordOfAStream:
            [
                Symptom("stream.byCompletionGivesEachOnce", "abandoned", .blocked),
                Symptom("stream.canBeAwaited", "does not return", .blocked),
            ]
        case .hidesSignals:
            [
                Symptom("signal.isSeenByAllAndWakesAll", "expected that the wait is true"),
                Symptom("cancel.aTaskSeesItsSignal", "expected that the task sees its signal"),
            ]
        case .ignoresClear: [Symptom("signal.canBeClearedAndSetAgain", "isSet after clear()")]
        case .ignoresCancellation: [Symptom("signal.canBeAwaited", "expected CancellationError; false came")]
        case .isWrongNowAndThen:
            [
                Symptom("history.ofManyPeersHasAnOrder", "is lost"),
                Symptom("select.losesAndDoublesNothing", "what came from channel"),
                Symptom("select.ofOnesOwnSides", "what was taken or is left"),
                Symptom("select.doubleSelect", "how many were merged"),
                Symptom("select.stress", "expected that merged"),
            ]
        case .losesTheEndOfABatch: [Symptom("channel.batchesKeepOrderAndCount", "expected that count is")]
        case .reordersABatch:
            [
                Symptom("channel.batchesKeepOrderAndCount", "expected that a batch of"),
                Symptom("channel.batchesOfManyPeersLoseNothing", "elements came as"),
                Symptom("channel.batchesCanBeAwaited", "expected that what came"),
            ]
        case .doublesABatch: [Symptom("channel.batchesKeepOrderAndCount", "expected that count is")]
        case .countsABatchWrongly: [Symptom("channel.aBatchSendsAsManyAsFit", "how many fit in")]
        case .hidesTheEnd: [Symptom("channel.elementsEndWithTheChannel", "abandoned", .blocked)]
        case .keepsSenders: [Symptom("channel.closesWithItsLastSender", "expected that the channel closes")]
        case .selectsWhatIsNotReady:
            [
                Symptom("select.findsWhatIsReady", "of nothing that is ready"),
                Symptom("select.nonblockingSeesWhatWasSent", "the empty one came"),
            ]
        case .ignoresRoom: [Symptom("select.findsWhatIsReady", "of room")]
        case .isUnfair:
            [
                Symptom("select.isFair", "30 times in 300"),
                Symptom("select.pseudoRandomSend", "both are picked often"),
            ]
        case .buffersAtZero:
            [
                Symptom("rendezvous.aSendWaitsForItsReceiver", "send to nobody"),
                Symptom("rendezvous.closeEndsWhoWaits", "fails with closed"),
                Symptom("rendezvous.selectFindsWhoWaits", "of nobody"),
            ]
        case .leavesOffers: [Symptom("rendezvous.canBeAwaited", "expected")]
        case .losesASelectsWakeUp:
            [
                Symptom("select.wakesForEachKind", "abandoned", .blocked),
                Symptom("select.canBeAwaited", "does not return", .blocked),
            ]
        case .selectGivesUpEarly: [Symptom("select.keepsItsLimit", "expected that select waits for 20 ms")]
        case .hidesElements: [Symptom("history.ofManyTasksIsLinearizable", "a receive found nothing where there were")]
        case .hidesRoom: [Symptom("history.ofManyTasksIsLinearizable", "a send found no room where there were")]
        case .miscounts: [Symptom("history.ofManyTasksIsLinearizable", "elements were counted where there were")]
        case .countsTasksTwice: [Symptom("statistics.balanceWhileTasksRun", "expected that the counts balance")]
        case .losesFailures: [Symptom("statistics.balanceAfterEachOutcome", "expected that failed is")]
        case .forgetsReports:
            [Symptom("report.isSeenWhileTheTaskRunsAndStays", "expected that what was reported last is")]
        case .hidesSlowTasks: [Symptom("statistics.tellTheSlowest", "expected that the slowest task is")]
        case .sharesTooLittle:
            [
                Symptom("sharing.anArrayIsReadByAllTasks", "expected that the parent's array is"),
                Symptom("sharing.aValueIsReadByAllTasks", "the sum inside"),
                Symptom("sharing.handlesGoEverywhere", "what the task found"),
                Symptom("sharing.whatATaskUsesStays", "expected that the sum is"),
            ]
        case .keepsWhatWasShared: [Symptom("sharing.whatIsDroppedIsReleased", "nothing that was shared is left")]
        case .sharesAfterShutdown: [Symptom("sharing.afterTheEndNothingIsShared", "throws shutDown; it returned")]
        case .spoilsWhatIsMade: [Symptom("sharing.aTaskMakesAnArray", "expected that the last is")]
        case .meetsOnlyWhoWaits: [Symptom("rendezvous.whoDoesNotWaitFindsWhoDoes", "a send without waiting finds")]
        case .losesWhatIsBeforeAnError: [Symptom("channel.anErrorEndsABatch", "wrongType")]
        case .leavesChannelsOpen:
            [
                Symptom("shutdown.closesItsChannels", "expected that isClosed after shutdown(drain) is true"),
                Symptom("shutdown.wakesWhoWaits", "a call of a parent's thread blocks", .blocked),
            ]
        case .losesWhatIsLeft: [Symptom("shutdown.leavesWhatWasSent", "expected that count after shutdown(drain)")]
        case .losesTasksAtResize: [Symptom("worker.resizeLosesNothing", "it was cancelled")]
        case .returnsAnotherResult:
            [
                Symptom("dependent.aPromiseStartsIt", "expected that the result is 42"),
                Symptom("dependent.aDrainRunsIt", "the last result"),
                Symptom("dependent.canBeCancelledWhileItWaits", "the other's result"),
                Symptom("wait.aTimeLimitLeavesTheTasksAlone", "expected that the result is 9"),
                Symptom("wait.goesAcrossPools", "what has ended"),
                Symptom("wait.canBeAwaited", "the winner's value"),
                Symptom("shutdown.cancelQueuedLetsTheRunningFinish", "the running task's result"),
            ]
        case .asksNobodyToEnd: [Symptom("cancel.byForceAsksThatTaskAlone", "whether it was asked to end is true")]
        case .asksAllToEnd: [Symptom("cancel.byForceAsksThatTaskAlone", "whether the other one was is false")]
        }
    }
}

/// A fault, and one of the cases that must notice it.
struct FaultInCase: Sendable, CustomTestStringConvertible {
    let fault: Fault
    let symptom: Symptom

    static let all = Fault.allCases.flatMap { fault in
        fault.symptoms.map { FaultInCase(fault: fault, symptom: $0) }
    }

    var testDescription: String { "\(fault) in \(symptom.caseName)" }
}
