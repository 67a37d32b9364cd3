// For `SharedArray(mapping:)`, all that is public there.
@_exported public import MultitaskingSystem
