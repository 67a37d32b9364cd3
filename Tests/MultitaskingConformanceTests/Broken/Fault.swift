import MultitaskingConformance

/// One way to break the contract, and how the kit must notice it.
enum Fault: String, CaseIterable, Sendable {
    case losesAnElement, doublesAnElement, reordersElements, dropsOnClose, exceedsCapacity, losesAWakeUp
    case blocksForEver, returnsEarly, reportsTheWrongError, countsJoinWrongly, allowsTooManyReports
    case ignoresCancel, startsACancelledTask, callsBackTwice, forgetsACallback, swallowsAnError, changesItsOutcome
    case jumpsTheQueue, runsTooManyAtOnce, acceptsAfterShutdown, returnsBeforeTheEnd, ignoresOptions
    case leaksAThread, leaksADescriptor, leaksAChild, leaksABlock, keepsWhatWasCaptured
    case ignoresSeeds, ignoresPriorities, starvesTheLow, mistakesItsWorkers, forgetsAWorker, forgetsLaterWorkers
    case ignoresResize, keepsWorkersThatAreTooMany, skipsTheFinalizer, skipsTheInitializer
    case losesTheEndOfABatch, reordersABatch, doublesABatch, countsABatchWrongly, hidesTheEnd, keepsSenders
    case buffersAtZero, leavesOffers, selectsWhatIsNotReady, isUnfair, losesASelectsWakeUp, ignoresRoom,
        selectGivesUpEarly
    case losesManyCallbacks, cancelsNothing, hidesFailures, callsBackTooEarly, drainsByCancelling
    case showsSignalsLate, findsChannelsLate, leavesResidue, refusesNowAndThen, losesTheWordOfAStream
    case hidesSignals, ignoresClear, ignoresCancellation, isWrongNowAndThen, hidesElements, hidesRoom, miscounts
    case countsTasksTwice, losesFailures, hidesSlowTasks, forgetsReports
    case sharesTooLittle, keepsWhatWasShared, sharesAfterShutdown, spoilsWhatIsMade

    /// The name of the case that must fail.
    var caughtBy: String {
        switch self {
        case .losesAnElement, .doublesAnElement, .reordersElements: "channel.elementsArriveInOrder"
        case .dropsOnClose, .reportsTheWrongError: "channel.closeDrainsThenEnds"
        case .exceedsCapacity: "channel.capacityIsKept"
        case .losesAWakeUp: "channel.anEmptyOneBlocksUntilThereIsAnElement"
        case .blocksForEver, .returnsEarly: "channel.waitsKeepTheirLimits"
        case .countsJoinWrongly, .allowsTooManyReports: "channel.joinWaitsForEveryTaskDone"
        case .ignoresCancel, .startsACancelledTask: "cancel.aQueuedTaskNeverStarts"
        case .callsBackTwice, .forgetsACallback: "future.whenDoneIsCalledOnceForEachCallback"
        case .swallowsAnError: "outcome.thrownErrorArrivesAsItself"
        case .changesItsOutcome: "future.stateOnlyMovesForward"
        case .jumpsTheQueue: "order.tasksStartInOrderOfSubmission"
        case .runsTooManyAtOnce: "order.allWorkersRunAtOnceAndNoMore"
        case .acceptsAfterShutdown: "shutdown.laterSubmitsAreRefused"
        case .returnsBeforeTheEnd: "shutdown.drainRunsEverything"
        case .ignoresOptions: "outcome.optionsThatCannotBeKeptAreRefused"
        case .leaksAThread, .leaksADescriptor, .leaksAChild, .leaksABlock: "order.poolsComeAndGo"
        case .keepsWhatWasCaptured: "sharedMemory.whatATaskCapturedIsReleased"
        case .ignoresSeeds: "seed.givesTheSameNumbers"
        case .ignoresPriorities: "priority.higherOnesStartFirst"
        case .starvesTheLow: "priority.aFloodDoesNotStarveOthers"
        case .mistakesItsWorkers: "worker.isKnownToItsTasks"
        case .forgetsAWorker: "worker.everywhereRunsOnceInEach"
        case .forgetsLaterWorkers: "worker.everywhereRunsInThoseThatComeLater"
        case .ignoresResize: "worker.resizeGrowsAtOnce"
        case .keepsWorkersThatAreTooMany: "worker.resizeShrinksAfterTheCurrentTask"
        case .skipsTheFinalizer: "worker.finalizerResultsAreCollected"
        case .skipsTheInitializer: "worker.initializerGetsItsArguments"
        case .losesManyCallbacks: "wait.completionsGiveEachTaskOnce"
        case .cancelsNothing: "wait.theRestIsCancelled"
        case .hidesFailures: "wait.aRaceThatNobodyWinsHasAllErrors"
        case .callsBackTooEarly: "dependent.startsWhenItsArgumentsAreThere"
        case .drainsByCancelling: "shutdown.withinItsTimeIsClean"
        case .showsSignalsLate: "signal.thatIsSetBeforeASendIsSeenFirst"
        case .findsChannelsLate: "environment.whatIsMadeBeforeASubmitIsFound"
        case .leavesResidue: "order.poolsComeAndGo"
        case .refusesNowAndThen: "stream.givesEveryResultInTheOrderOfInput"
        case .losesTheWordOfAStream: "stream.byCompletionGivesEachOnce"
        case .hidesSignals: "signal.isSeenByAllAndWakesAll"
        case .ignoresClear: "signal.canBeClearedAndSetAgain"
        case .ignoresCancellation: "signal.canBeAwaited"
        case .isWrongNowAndThen: "history.ofManyPeersHasAnOrder"
        case .losesTheEndOfABatch, .reordersABatch, .doublesABatch: "channel.batchesKeepOrderAndCount"
        case .countsABatchWrongly: "channel.aBatchSendsAsManyAsFit"
        case .hidesTheEnd: "channel.elementsEndWithTheChannel"
        case .keepsSenders: "channel.closesWithItsLastSender"
        case .selectsWhatIsNotReady, .ignoresRoom: "select.findsWhatIsReady"
        case .isUnfair: "select.isFair"
        case .buffersAtZero: "rendezvous.aSendWaitsForItsReceiver"
        case .leavesOffers: "rendezvous.canBeAwaited"
        case .losesASelectsWakeUp: "select.wakesForEachKind"
        case .selectGivesUpEarly: "select.keepsItsLimit"
        case .hidesElements, .hidesRoom, .miscounts: "history.ofManyTasksIsLinearizable"
        case .countsTasksTwice: "statistics.balanceWhileTasksRun"
        case .forgetsReports: "report.isSeenWhileTheTaskRunsAndStays"
        case .losesFailures: "statistics.balanceAfterEachOutcome"
        case .hidesSlowTasks: "statistics.tellTheSlowest"
        case .sharesTooLittle: "sharing.anArrayIsReadByAllTasks"
        case .keepsWhatWasShared: "sharing.whatIsDroppedIsReleased"
        case .sharesAfterShutdown: "sharing.afterTheEndNothingIsShared"
        case .spoilsWhatIsMade: "sharing.aTaskMakesAnArray"
        }
    }

    /// How the failure must show.
    var kind: ConformanceFailure.Kind {
        switch self {
        case .blocksForEver, .hidesTheEnd, .losesTheWordOfAStream, .losesASelectsWakeUp: .blocked
        case .leaksAThread, .leaksADescriptor, .leaksAChild, .leaksABlock, .leavesResidue: .leak
        default: .breach
        }
    }

    /// What the failure's message must say.
    var sign: String {
        switch self {
        case .losesAnElement, .doublesAnElement, .reordersElements: "expected that the next element is"
        case .dropsOnClose: "expected that count is"
        case .exceedsCapacity: "send into a full channel"
        case .losesAWakeUp: "expected that an element arrives"
        case .blocksForEver: "abandoned"
        case .returnsEarly: "after 30 ms"
        case .reportsTheWrongError: "throws closed; it threw noSuchObject"
        case .countsJoinWrongly: "expected that join of what was only received is false"
        case .allowsTooManyReports: "once too often throws invalidArgument"
        case .ignoresCancel: "expected that cancel of queued task 0 is true"
        case .startsACancelledTask: "expected that its state is cancelled"
        case .callsBackTwice: "expected that calls of 16 callbacks is 16"
        case .forgetsACallback: "expected that ten callbacks are called"
        case .swallowsAnError:
            "expected PortableFailure(7); the outcome is Optional(MultitaskingCore.TaskOutcome<Swift.Int>.success(0))"
        case .changesItsOutcome: "its result, asked again"
        case .jumpsTheQueue: "expected that the order is"
        case .runsTooManyAtOnce: "a task more than there are workers"
        case .acceptsAfterShutdown: "throws shutDown; it returned"
        case .returnsBeforeTheEnd: "isDone right after shutdown"
        case .ignoresOptions: "throws invalidArgument; it returned"
        case .leaksAThread: "thread"
        case .leaksADescriptor: "/dev/null"
        case .leaksAChild: "process"
        case .leaksABlock: "blocks"
        case .keepsWhatWasCaptured: "nothing that was captured is left"
        case .ignoresSeeds: "expected that the numbers of seed"
        case .ignoresPriorities: "most of the first 12 are of high priority"
        case .starvesTheLow: "expected that the task ends"
        case .mistakesItsWorkers: "how many tasks it has run is 1"
        case .forgetsAWorker: "the number of futures is 3"
        case .forgetsLaterWorkers: "the call of a later worker arrives"
        case .ignoresResize: "maxWorkers is 4"
        case .keepsWorkersThatAreTooMany: "a task more than there are workers"
        case .skipsTheFinalizer: "the finalizers' results is"
        case .skipsTheInitializer: "is initialized once with the argument"
        case .losesManyCallbacks: "expected that what came is"
        case .cancelsNothing: "expected that how many are cancelled is 21"
        case .hidesFailures: "expected RaceError"
        case .callsBackTooEarly: "succeeds; it failed with"
        case .drainsByCancelling: "succeeds; it was cancelled"
        case .losesTheWordOfAStream: "abandoned"
        case .showsSignalsLate: "expected that isSet after receiving is true"
        case .findsChannelsLate: "noSuchObject"
        case .leavesResidue: "a file in the cluster"
        case .refusesNowAndThen: "systemError"
        case .hidesSignals: "expected that the wait is true"
        case .ignoresClear: "isSet after clear()"
        case .ignoresCancellation: "expected CancellationError; false came"
        case .isWrongNowAndThen: "is lost"
        case .losesTheEndOfABatch: "expected that count is"
        case .reordersABatch: "expected that a batch of"
        case .doublesABatch: "expected that count is"
        case .countsABatchWrongly: "how many fit in"
        case .hidesTheEnd: "abandoned"
        case .keepsSenders: "expected that the channel closes"
        case .selectsWhatIsNotReady: "of nothing that is ready"
        case .ignoresRoom: "of room"
        case .isUnfair: "30 times in 300"
        case .losesASelectsWakeUp: "abandoned"
        case .buffersAtZero: "send to nobody"
        case .leavesOffers: "expected"
        case .selectGivesUpEarly: "expected that select waits for 20 ms"
        case .hidesElements: "a receive found nothing where there were"
        case .hidesRoom: "a send found no room where there were"
        case .miscounts: "elements were counted where there were"
        case .countsTasksTwice: "expected that the counts balance"
        case .losesFailures: "expected that failed is"
        case .hidesSlowTasks: "expected that the slowest task is"
        case .forgetsReports: "expected that what was reported last is"
        case .sharesTooLittle: "expected that the parent's array is"
        case .keepsWhatWasShared: "nothing that was shared is left"
        case .sharesAfterShutdown: "throws shutDown; it returned"
        case .spoilsWhatIsMade: "expected that the last is"
        }
    }
}
