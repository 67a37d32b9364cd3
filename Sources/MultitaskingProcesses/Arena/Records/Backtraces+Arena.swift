extension Backtraces {
    /// Those of a pool, which all of its processes look up in its shared memory; the default in an arena without a
    /// pool.
    init(of arena: Arena) {
        let index = Int(clamping: arena.header.backtraces.load())
        self = Self.allCases.indices.contains(index) ? Self.allCases[index] : .inError
    }

    /// Writes them down, before there is anybody else.
    func store(in arena: Arena) {
        arena.header.backtraces.store(UInt64(Self.allCases.firstIndex(of: self) ?? 0))
    }
}
