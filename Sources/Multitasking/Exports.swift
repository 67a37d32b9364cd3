@_exported public import MultitaskingCore
@_exported public import enum MultitaskingProcesses.StartMethod
@_exported public import struct MultitaskingProcesses.WorkerLimits
@_exported public import struct OrderedCollections.OrderedDictionary
