#if Tracing
    import MultitaskingCore
    import Synchronization
    import Tracing

    /// One start of a task, as its worker saw it.
    struct TaskStart: Codable, Sendable {
        /// The number of the task's trace.
        let task: UInt64
        let attempt: Int
        let worker: WorkerInfo
        /// The machine's time, in nanoseconds since 1970: that of a worker on another machine may be ahead or behind.
        let time: UInt64

        /// A start that happens now.
        init(_ task: UInt64, _ environment: any TaskEnvironment) {
            self.task = task
            attempt = environment.attempt
            worker = environment.worker
            time = DefaultTracerClock.now.nanosecondsSinceEpoch
        }
    }

    /// How a task has ended, without its value.
    enum TaskEnd {
        case success
        case failure(any Error)
        case cancelled

        init<Value>(_ future: Future<Value>) {
            if future.isCancelled {
                self = .cancelled
            } else if let error = future.failure {
                self = .failure(error)
            } else {
                self = .success
            }
        }
    }

    /// The span of one task, from its submission to its end.
    final class TaskTrace: Sendable {
        let number: UInt64
        let span: any Span
        private let submitted = DefaultTracerClock.now.nanosecondsSinceEpoch
        private let starts = Mutex<[TaskStart]>([])

        init(_ number: UInt64, _ span: any Span) {
            self.number = number
            self.span = span
        }

        func note(_ start: TaskStart) { starts.withLock { $0.append(start) } }

        /// Writes what is known of the task into the span, and ends it; to be called once.
        func end(as end: TaskEnd) {
            let now = DefaultTracerClock.now.nanosecondsSinceEpoch
            let starts = starts.withLock { $0 }
            func clamped(_ time: UInt64) -> UInt64 { min(max(time, submitted), max(now, submitted)) }
            for start in starts {
                span.addEvent(
                    SpanEvent(
                        name: "started", at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: clamped(start.time)),
                        attributes: ["multitasking.attempt": .int64(Int64(start.attempt))]))
            }
            span.updateAttributes { attributes in
                if let first = starts.first, let last = starts.last {
                    attributes["multitasking.queue_time"] = seconds(clamped(first.time) - submitted)
                    attributes["multitasking.run_time"] = seconds(max(now, submitted) - clamped(last.time))
                    attributes["multitasking.attempts"] = last.attempt
                    attributes["multitasking.worker"] = last.worker.index
                    attributes["multitasking.pid"] = last.worker.pid
                } else {
                    attributes["multitasking.queue_time"] = seconds(max(now, submitted) - submitted)
                }
                attributes["multitasking.outcome"] = end.name
            }
            if case .failure(let error) = end {
                span.recordError(error)
                span.setStatus(SpanStatus(code: .error, message: "\(error)"))
            }
            span.end(at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: now))
        }

        private func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e9 }
    }

    extension TaskEnd {
        fileprivate var name: String {
            switch self {
            case .success: "success"
            case .failure: "failure"
            case .cancelled: "cancelled"
            }
        }
    }
#endif
