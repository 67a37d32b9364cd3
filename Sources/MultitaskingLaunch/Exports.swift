@_exported public import MultitaskingCore
@_exported public import MultitaskingSessions
