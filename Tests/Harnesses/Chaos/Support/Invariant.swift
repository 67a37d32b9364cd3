/// What must hold, whatever dies.
enum Invariant: String, CaseIterable {
    /// Every task has one outcome.
    case ledger
    /// What a pool says of its tasks balances: each that was submitted is in one count.
    case statistics
    /// Every failure is of a kind that was inflicted.
    case causes
    /// No task is begun more often than it may be, and none that was cancelled before.
    case attempts
    /// Every element that was sent was received, discarded, or died with one that was receiving.
    case elements
    /// Elements of one sender keep their order, and none comes twice.
    case order
    /// Results and elements are what they have to be.
    case values
    /// A pool's shared memory holds nothing at its end.
    case memory
    /// Nothing of a pool is left in the client: descriptors, threads, mappings, children.
    case leaks
    /// Nobody waits for ever.
    case hangs
    /// A pool ends in bounded time.
    case shutdown
    /// No process outlives its client, and the client dies of nothing but us.
    case clients
    /// The program itself can do its work.
    case driver
}
