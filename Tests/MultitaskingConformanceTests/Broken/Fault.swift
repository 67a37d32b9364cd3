/// One way to break the contract; how the kit must notice it is in `Fault+Symptoms.swift`.
enum Fault: String, CaseIterable, Sendable {
    case losesAnElement, doublesAnElement, reordersElements, dropsOnClose, exceedsCapacity, losesAWakeUp
    case losesWhatIsNil
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
    case meetsOnlyWhoWaits, losesWhatIsBeforeAnError
    case leavesChannelsOpen, losesWhatIsLeft
    case losesTasksAtResize, asksNobodyToEnd, asksAllToEnd, returnsAnotherResult, decodesToTellTheEnding
}
