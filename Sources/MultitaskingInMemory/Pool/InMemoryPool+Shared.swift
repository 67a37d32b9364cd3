public import MultitaskingCore
internal import MultitaskingSerialization

extension InMemoryPool: SharingExecutor {
    /// Shares an array, without copying it. Its memory isn't protected from stray pointers. Its handles pass through
    /// the codec.
    ///
    /// - Throws: `shutDown`.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        SharedArray(try share(SharedArrayBox(array)))
    }

    /// Shares a value, without encoding or decoding it. Its handles pass through the codec.
    ///
    /// - Throws: `shutDown`; `encodeFailed` if the value can't be sent to a process.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> {
        _ = try SimulatedPayload(simulation.shares) { try $0.encode(value) }
        return Shared(try share(SharedValueBox(value)))
    }

    private func share<Box: SharedObject>(_ box: Box) throws -> Box {
        try checkUsable()
        simulation.shares.add(box)
        return box
    }

    /// The number of values that are currently shared.
    public var sharedValueCount: Int { simulation.shares.count }
}
