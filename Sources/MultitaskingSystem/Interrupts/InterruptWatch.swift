internal import MultitaskingCore
internal import Synchronization
internal import MultitaskingPlatform

/// The time in which SIGINT ends pools in an orderly way instead of the program.
///
/// At the first SIGINT each watch is told, at the second one the program ends.
package final class InterruptWatch: InterruptHandling {
    /// What an interrupt writes, or adds to an eventfd, beside which others may write ones.
    package static let message: UInt64 = 1 << 32

    private let place: Int

    /// What all watches share: the handler is installed for the first and removed with the last.
    private static let shared = Mutex<(count: Int, handler: InterruptHandler?)>((0, nil))

    /// Makes the next SIGINT of this process write ``message`` to a descriptor, which must not block.
    ///
    /// - Parameter descriptor: open until ``end()`` has returned.
    /// - Throws: `systemError` if there are too many watches.
    package init(_ descriptor: Int32) throws {
        let state = InterruptState.shared
        let found: Int? = Self.shared.withLock { shared in
            let place = (0..<InterruptState.capacity).first {
                state.targets[$0].load(ordering: .sequentiallyConsistent) == 0
            }
            guard let place else { return nil }
            state.wasTold[place].store(false, ordering: .sequentiallyConsistent)
            state.targets[place].store(descriptor + 1, ordering: .sequentiallyConsistent)
            shared.count += 1
            if shared.count == 1 {
                state.signals.store(0, ordering: .sequentiallyConsistent)
                shared.handler = InterruptHandler.install()
            }
            return place
        }
        guard let found else {
            throw MultitaskingError(
                .systemError,
                "could not handle SIGINT: \(InterruptState.capacity) pools do so already; pass interrupts to fewer "
                    + "pools"
            )
        }
        place = found
    }

    package func end() -> Bool {
        let state = InterruptState.shared
        let signals = state.signals.load(ordering: .sequentiallyConsistent)
        let isLast = Self.shared.withLock { shared in
            state.targets[place].store(0, ordering: .sequentiallyConsistent)
            shared.count -= 1
            if shared.count == 0 { shared.handler.take()?.remove() }
            return shared.count == 0
        }
        // A handler that has read the place before may still write to its descriptor.
        while state.runningHandlers.load(ordering: .sequentiallyConsistent) > 0 { usleep(20) }
        let wasTold = state.wasTold[place].load(ordering: .sequentiallyConsistent)
        // One that came when there was nobody to tell any more does what it does without a watch.
        if isLast, !wasTold, state.signals.load(ordering: .sequentiallyConsistent) != signals { raise(SIGINT) }
        return wasTold
    }
}
