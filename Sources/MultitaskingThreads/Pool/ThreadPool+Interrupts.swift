internal import MultitaskingCore
package import MultitaskingSystem

extension ThreadPool: InterruptiblePool {
    /// Makes the next SIGINT of this process end the pool. Threads cannot be killed: after `grace` the program ends.
    package func shutDownOnInterrupt(within grace: Duration) throws -> any InterruptHandling {
        try InterruptThread([.init(patience: grace) { [self] in beginShutdown(.kill) }])
    }
}
