private struct Holder<each Argument, Output> {
    let function: @Sendable (TaskContext, repeat each Argument) throws -> Output
}

private struct ActionHolder<each Argument> {
    let function: @Sendable (TaskContext, repeat each Argument) throws -> Void
}

extension ContextValueFunction: LocatableFunction {
    package var code: (first: UInt, second: UInt) { codeAddresses(of: Holder(function: function())) }
}

extension ContextVoidFunction: LocatableFunction {
    package var code: (first: UInt, second: UInt) { codeAddresses(of: ActionHolder(function: function())) }
}
