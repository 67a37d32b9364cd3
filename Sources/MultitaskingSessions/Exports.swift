// What a program that imports the sessions sees besides them: the contract, and the type of `results()`.
@_exported public import MultitaskingCore
@_exported public import struct OrderedCollections.OrderedDictionary
