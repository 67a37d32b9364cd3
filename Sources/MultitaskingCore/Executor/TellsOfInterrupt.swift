/// An executor that an interrupt can end without the client, which still has to cancel the calls that wait in it.
package protocol TellsOfInterrupt: Executor {
    /// Calls `body` when an interrupt has ended the executor; does nothing unless one would, or if another was given
    /// first.
    func whenInterrupted(_ body: @escaping @Sendable () -> Void)
}
