@_exported import MultitaskingCore
