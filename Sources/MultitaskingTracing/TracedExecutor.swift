#if Tracing
    public import MultitaskingCore
    package import MultitaskingSystem
    public import Tracing

    /// An executor that runs tasks on another executor, with a span and the caller's `ServiceContext` for each.
    ///
    /// ```swift
    /// let pool = try TracedExecutor(ProcessPool())
    /// try withSpan("import") { _ in
    ///     let future = try pool.submit(convert, file)   // a child of "import"
    ///     print(try future.value())
    /// }
    /// pool.shutdown(.drain)
    /// ```
    /// Use it in place of the pool: pass it to `withExecutor`, or to any API that takes an `Executor`. It supports the
    /// same additional protocols as the pool, such as sharing values and resizing.
    ///
    /// **The span** begins at `submit` and ends with the task. Its attributes are `multitasking.queue_time` and
    /// `multitasking.run_time` in seconds, `multitasking.name` if the task has one, `multitasking.attempts`,
    /// `multitasking.worker`, `multitasking.pid` and `multitasking.outcome` (`success`, `failure` or `cancelled`); each
    /// start of the task is an event. An error of the task is recorded in the span; even if its worker died, the span
    /// contains its queue time. `map` and `stream` create a span for each chunk; `everywhere` creates none. A call with
    /// `resultsOf:` passes the results through the client.
    ///
    /// **The context** in the task is the caller's context with the task's span, so spans that the task creates are its
    /// children. In a thread pool, it is the same value. Another process receives the values that are `Codable` and
    /// whose keys and types aren't private, and what the instrument of `InstrumentationSystem` injects. For the latter,
    /// the worker needs the instrument, too: it has one if the pool is forked after `bootstrap`; otherwise, bootstrap
    /// it in the pool's initializer.
    public final class TracedExecutor<Base: Executor>: Executor {
        /// The executor that runs the tasks.
        public let base: Base

        private let tracer: (any Tracer)?
        private let spanName: String
        let starts: StartLog

        /// Creates an executor that runs its tasks on `base`.
        ///
        /// - Parameters:
        ///   - base: the executor that runs the tasks. Tasks that you submit to it directly aren't traced.
        ///   - tracer: the tracer that creates the spans; nil for that of `InstrumentationSystem` at the time of
        ///     submission.
        ///   - spanName: the name of the spans.
        /// - Throws: whatever `base` throws when it creates a channel, through which tasks in other processes report
        ///   that they start.
        public init(_ base: Base, tracer: (any Tracer)? = nil, spanName: String = "task") throws {
            self.base = base
            self.tracer = tracer
            self.spanName = spanName
            starts = StartLog(base is any InProcessExecutor ? nil : try base.makeChannel())
        }

        /// The maximum number of workers of the base executor.
        public var maxWorkers: Int { base.maxWorkers }

        /// Begins a span and queues the call on the base executor.
        public func submit<Function: PortableFunction>(
            _ call: Invocation<Function>, options: TaskOptions
        ) throws -> Future<Function.Output> {
            try traced(options) { trace, instrument in
                let arguments = TracedArguments(call.arguments, trace, starts, instrument)
                return try base.submit(Invocation(TracedFunction(call.function), arguments), options: options)
            }
        }

        /// Creates a channel of the base executor.
        public func makeChannel(_ options: ChannelOptions) throws -> any Channel { try base.makeChannel(options) }

        /// Creates a cancel signal of the base executor.
        public func makeCancelSignal() throws -> any CancelSignal { try base.makeCancelSignal() }

        /// Shuts down the base executor. When this returns, all spans have ended.
        @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
        public func shutdown(_ mode: ShutdownMode) {
            base.shutdown(mode)
            starts.endAll()
        }

        /// Makes a span for the task that `submit` queues, and ends it when the task ends or is refused.
        private func traced<Value>(
            _ options: TaskOptions, _ submit: (TaskTrace, any Instrument) throws -> Future<Value>
        ) throws -> Future<Value> {
            // Of several instruments, each has something to inject.
            let instrument: any Instrument = tracer ?? InstrumentationSystem.instrument
            let trace = starts.begin((tracer ?? InstrumentationSystem.tracer).startSpan(spanName))
            if let name = options.name { trace.span.attributes["multitasking.name"] = name }
            do {
                let future = try submit(trace, instrument)
                starts.follow(trace, future)
                return future
            } catch {
                starts.refuse(trace, error)
                throw error
            }
        }
    }

    extension Executor {
        /// Returns an executor that runs its tasks on this one, with a span for each; see ``TracedExecutor``.
        ///
        /// ```swift
        /// let pool: any Executor = try chosenPool().traced()
        /// ```
        /// - Throws: whatever ``TracedExecutor/init(_:tracer:spanName:)`` throws.
        public func traced(by tracer: (any Tracer)? = nil, spanName: String = "task") throws -> any Executor {
            try TracedExecutor(self, tracer: tracer, spanName: spanName)
        }
    }

    // The calls that wait for results of others end with those of the base executor.
    extension TracedExecutor: WrappingExecutor {}

    // What the other executor can do besides, the traced one can as well.

    extension TracedExecutor: InProcessExecutor where Base: InProcessExecutor {
        /// Begins a span and queues the closure on the base executor.
        public func submit<Value: Sendable>(
            options: TaskOptions, running body: @escaping @Sendable (any TaskEnvironment) throws -> Value
        ) throws -> Future<Value> {
            try traced(options) { trace, _ in
                try base.submit(options: options) { environment in
                    trace.note(TaskStart(trace.number, environment))
                    return try ServiceContext.withValue(trace.span.context) { try body(environment) }
                }
            }
        }
    }

    extension TracedExecutor: GradualShutdown where Base: GradualShutdown {
        /// Whether the base executor can end running tasks.
        public var endsRunningTasks: Bool { base.endsRunningTasks }

        /// Begins to shut down the base executor.
        public func beginShutdown(_ mode: ShutdownMode) {
            base.beginShutdown(mode)
        }

        /// Waits until the base executor has ended. Then all spans have ended.
        @available(*, noasync, message: "this blocks the thread")
        public func waitUntilShutDown(_ wait: WaitLimit) -> Bool {
            let hasEnded = base.waitUntilShutDown(wait)
            if hasEnded { starts.endAll() }
            return hasEnded
        }
    }

    extension TracedExecutor: KnowsItsOwnTasks where Base: KnowsItsOwnTasks {
        package var isInside: Bool { base.isInside }
        package func callUnlessOver(after limit: Duration, _ body: @escaping @Sendable () -> Void) {
            base.callUnlessOver(after: limit, body)
        }
    }

    extension TracedExecutor: ChecksSubmissions where Base: ChecksSubmissions {
        package func validate(_ options: TaskOptions) throws { try base.validate(options) }
        package func checkUsable() throws { try base.checkUsable() }
    }

    extension TracedExecutor: TellsOfRoom where Base: TellsOfRoom {
        package func whenRoom(_ limit: WaitLimit, _ body: @escaping @Sendable () -> Void) {
            base.whenRoom(limit, body)
        }
    }

    extension TracedExecutor: SharingExecutor where Base: SharingExecutor {
        /// Shares an array with the tasks of the base executor.
        public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
            try base.share(array)
        }

        /// Shares a value with the tasks of the base executor.
        @_disfavoredOverload
        public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> { try base.share(value) }
    }

    extension TracedExecutor: WorkerExecutor where Base: WorkerExecutor {
        /// Makes a call in every worker, without a span.
        public func everywhere<Function: PortableFunction>(
            _ call: Invocation<Function>
        ) throws -> [Future<Function.Output>] { try base.everywhere(call) }

        /// Changes the number of workers of the base executor.
        public func resize(to count: Int) throws { try base.resize(to: count) }

        /// Returns the results of the finalizers of the base executor's workers.
        public func finalizerResults<Value: Sendable>(as type: Value.Type) throws -> [Result<Value, any Error>] {
            try base.finalizerResults(as: type)
        }
    }

    extension TracedExecutor: HasTimeline where Base: HasTimeline {
        /// The timeline of the base executor.
        public var timeline: any Timeline { base.timeline }
    }

    extension TracedExecutor: MonitoredExecutor where Base: MonitoredExecutor {
        /// What the base executor has done so far.
        public var statistics: PoolStatistics { base.statistics }
    }

    extension TracedExecutor: RecordingExecutor where Base: RecordingExecutor {
        /// Begins to record the base executor.
        public func beginRecording(to path: String) throws -> any Recording { try base.beginRecording(to: path) }
    }

    extension TracedExecutor: CrashRemembering where Base: CrashRemembering {
        /// The most recent crashes of the base executor's workers.
        public var recentCrashes: [RecentCrash] { base.recentCrashes }
    }

    extension TracedExecutor: InterruptiblePool where Base: InterruptiblePool {
        package func shutDownOnInterrupt(within grace: Duration) throws -> any InterruptHandling {
            try base.shutDownOnInterrupt(within: grace)
        }
    }
#endif
