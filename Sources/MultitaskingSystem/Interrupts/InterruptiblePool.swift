package import MultitaskingCore

/// The handling of SIGINT on behalf of one pool.
package protocol InterruptHandling: AnyObject, Sendable {
    /// Stops it, and restores what SIGINT did before; to be called once. Returns whether there was an interrupt.
    func end() -> Bool
}

/// A pool that has its own way to end when this process is interrupted.
package protocol InterruptiblePool: Executor {
    /// Makes the next SIGINT of this process end the pool: what is queued is cancelled, what runs is asked to end.
    ///
    /// - Parameter grace: for how long what runs may go on.
    func shutDownOnInterrupt(within grace: Duration) throws -> any InterruptHandling
}
