#if Tracing
    import MultitaskingCore
    import Synchronization
    import Tracing

    /// The tasks of one executor that have not ended, and when they started.
    ///
    /// A task of another process says so through a channel before it does anything else, so whenever it has ended, also
    /// by a crash, its start is there to be read.
    final class StartLog: Sendable {
        private struct State {
            var next: UInt64 = 0
            var open: [UInt64: OpenTrace] = [:]
        }

        private struct OpenTrace {
            let trace: TaskTrace
            /// How the task has ended; nil if it has not. Nil itself until the task was accepted.
            var end: (@Sendable () -> TaskEnd?)?
        }

        /// Nil where tasks run in this process.
        let channel: (any Channel)?
        private let state = Mutex(State())

        init(_ channel: (any Channel)?) { self.channel = channel }

        /// Begins to trace a task.
        func begin(_ span: any Span) -> TaskTrace {
            state.withLock { state in
                state.next += 1
                let trace = TaskTrace(state.next, span)
                state.open[trace.number] = OpenTrace(trace: trace)
                return trace
            }
        }

        /// Ends the trace when the task ends.
        func follow<Value>(_ trace: TaskTrace, _ future: Future<Value>) {
            state.withLock { $0.open[trace.number]?.end = { future.isDone ? TaskEnd(future) : nil } }
            future.whenDone { self.end(trace, as: TaskEnd(future)) }
        }

        /// Ends the trace, unless it has ended.
        func end(_ trace: TaskTrace, as end: TaskEnd) {
            let isOpen = state.withLock { state in
                readStarts(&state)
                return state.open.removeValue(forKey: trace.number) != nil
            }
            if isOpen { trace.end(as: end) }
        }

        /// Ends the trace of a task that was not accepted, and so has no start to be read.
        func refuse(_ trace: TaskTrace, _ error: any Error) {
            if state.withLock({ $0.open.removeValue(forKey: trace.number) }) != nil { trace.end(as: .failure(error)) }
        }

        /// Ends the traces of tasks that have ended just now, whose callbacks may still be on their way.
        func endAll() {
            for (trace, end) in state.withLock({ $0.open.values.map { ($0.trace, $0.end) } }) {
                if let end = end?() { self.end(trace, as: end) }
            }
        }

        /// With the lock held, so that no start is on its way to its trace when that ends. So only in a task's callback
        /// and after the end of its pool: elsewhere, a simulation may go on with another party when it is called, and
        /// that one would wait for the lock.
        private func readStarts(_ state: inout State) {
            guard let channel else { return }
            // A start that cannot be decoded is one of memory that was written over: the next may be whole.
            for _ in 0..<Self.mostBatches {
                do {
                    // All at once: in a cluster, each look is a round trip.
                    let starts = try channel.receive(upTo: Self.batchSize, as: TaskStart.self, wait: .never)
                    for start in starts { state.open[start.task]?.trace.note(start) }
                    if starts.isEmpty { return }
                } catch { continue }
            }
        }

        private static let mostBatches = 1024
        private static let batchSize = 256
    }
#endif
