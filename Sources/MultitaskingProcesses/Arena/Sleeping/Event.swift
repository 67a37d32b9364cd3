/// A number that is raised whenever something happens that somebody watches; see `Watcher`.
struct Event {
    let arena: Arena

    var futex: SharedFutex { arena.futex(ArenaLayout.Header.event) }

    func signal() {
        futex.increment()
        futex.wake()
    }
}
