// What a program that imports the facade sees besides it: the contract, both pools, and the type of `results()`.
@_exported public import MultitaskingCore
@_exported public import MultitaskingProcesses
@_exported public import MultitaskingThreads
@_exported public import struct OrderedCollections.OrderedDictionary
