/// A number that is raised whenever something happens that somebody watches; see `Watcher`.
struct Event {
    let futex: SharedFutex

    func signal() {
        futex.increment()
        futex.wake()
    }
}
