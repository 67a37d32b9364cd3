internal import MultitaskingCore
internal import Synchronization

/// Hands values from one thread to another, which waits for them.
package final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var elements = FIFO<Element>()
        var latch: Latch?
    }

    private let state = Mutex(State())

    package init() {}

    package func put(_ element: Element) {
        let latch = state.withLock { state in
            state.elements.append(element)
            return state.latch.take()
        }
        latch?.open()
    }

    /// Takes the first element; blocks until there is one.
    @available(*, noasync)
    package func take() -> Element {
        while true {
            if let element = take(within: .forever) { return element }
        }
    }

    /// Takes the first element; blocks until there is one or the limit has passed, and returns nil then.
    @available(*, noasync)
    func take(within limit: WaitLimit) -> Element? {
        while true {
            let (element, latch): (Element?, Latch?) = state.withLock { state in
                if let first = state.elements.popFirst() { return (first, nil) }
                let latch = Latch()
                state.latch = latch
                return (nil, latch)
            }
            if let element { return element }
            guard latch?.wait(limit) == true else { return nil }
        }
    }
}
