public import MultitaskingCore
internal import MultitaskingSerialization

extension InMemoryPool: SharingExecutor {
    /// Shares an array. It is not copied, and nobody is kept from writing to it by a wrong pointer; its handles pass
    /// through the codec.
    ///
    /// - Throws: `shutDown`.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        SharedArray(try share(SharedArrayBox(array)))
    }

    /// Shares a value. It is neither encoded nor decoded; its handles pass through the codec.
    ///
    /// - Throws: `shutDown`; `encodeFailed` if it could not cross a process.
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

    /// How many values are shared at the moment.
    public var sharedValueCount: Int { simulation.shares.count }
}
