/// Calls `body`, which may block, on a thread of its own and suspends until it has returned.
///
/// Cancelling the awaiting task doesn't end the wait: what `body` cleans up must be clean afterwards. If the system has
/// no thread left, `body` blocks the calling one: late is better than never.
package func awaitBlocking(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let work: @Sendable () -> Void = {
            body()
            continuation.resume()
        }
        do { try SystemThread(name: "", work).detach() } catch { work() }
    }
}
