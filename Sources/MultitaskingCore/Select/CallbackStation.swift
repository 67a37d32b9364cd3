/// Blocks a thread for several sources, of any backends, by their callbacks.
package struct CallbackStation: SelectStation {
    package init() {}

    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    package func select(_ sources: [any Selectable], wait: WaitLimit) throws -> Int? {
        let deadline = WaitDeadline(wait, timeline: nil)
        while true {
            if let index = firstReady(of: sources, self) { return index }
            let left = deadline.remaining
            if left.isOver { return nil }
            let latch = Latch()
            let watch = SelectWatch()
            defer { watch.end() }
            try watch.begin(sources) { latch.open() }
            latch.waitCounted(left)
        }
    }
}
