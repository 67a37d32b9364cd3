// What a program that imports the facade sees besides it: the contract, the sessions and both pools.
@_exported public import MultitaskingCore
@_exported public import MultitaskingProcesses
@_exported public import MultitaskingSessions
@_exported public import MultitaskingThreads
