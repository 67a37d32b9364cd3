#if Tracing
    public import MultitaskingCore
    package import MultitaskingSystem
    public import Tracing

    /// Runs tasks on another executor, with a span for each, and with the caller's `ServiceContext` in each.
    ///
    /// ```swift
    /// let pool = TracedExecutor(try ProcessPool())
    /// try withSpan("import") { _ in
    ///     let future = try pool.submit(convert, file)   // a child of "import"
    ///     print(try future.value())
    /// }
    /// pool.shutdown(.drain)
    /// ```
    /// It takes the place of the pool: hand it to `withExecutor`, or to whatever takes an `Executor`. What the pool can
    /// do besides, as to share values or to be resized, the traced one can as well.
    ///
    /// **The span** begins at `submit` and ends with the task. Its attributes are `multitasking.queue_time` and
    /// `multitasking.run_time` in seconds, `multitasking.name` if the task has one, `multitasking.attempts`,
    /// `multitasking.worker`, `multitasking.pid` and `multitasking.outcome` (`success`, `failure` or `cancelled`); each
    /// start of the task is an event. What the task threw, or what happened to it, is recorded as an error; a worker
    /// that died has left its time in the queue all the same. `map` and `stream` have a span for each chunk,
    /// `everywhere` has none. A call with `resultsOf:` takes the results through the client.
    ///
    /// **The context** in the task is the caller's with the task's span in it, so spans that the task makes are
    /// children of that. In a pool of threads it is the same value. To another process go those values that are
    /// `Codable` and whose keys and types are not private, and what the instrument of `InstrumentationSystem` injects;
    /// for the latter, the worker needs the instrument as well: it has it if the pool is forked after `bootstrap`;
    /// otherwise give it one in the pool's initializer.
    public final class TracedExecutor<Base: Executor>: Executor {
        /// The executor that runs the tasks.
        public let base: Base

        private let tracer: (any Tracer)?
        private let spanName: String
        let starts: StartLog

        /// Makes an executor that runs its tasks on `base`.
        ///
        /// - Parameters:
        ///   - base: what runs the tasks. Those that are submitted to it directly are not traced.
        ///   - tracer: what makes the spans; nil for that of `InstrumentationSystem` when a task is submitted.
        ///   - spanName: what the spans are called.
        /// - Throws: what `base` throws when it makes a channel, by which tasks of other processes say that they start.
        public init(_ base: Base, tracer: (any Tracer)? = nil, spanName: String = "task") throws {
            self.base = base
            self.tracer = tracer
            self.spanName = spanName
            starts = StartLog(base is any InProcessExecutor ? nil : try base.makeChannel())
        }

        /// How many workers the other executor runs at most at the same time.
        public var maxWorkers: Int { base.maxWorkers }

        /// Begins a span and queues the call on the other executor.
        public func submit<Function: PortableFunction>(
            _ call: Invocation<Function>, options: TaskOptions
        ) throws -> Future<Function.Output> {
            try traced(options) { trace, instrument in
                let arguments = TracedArguments(call.arguments, trace, starts, instrument)
                return try base.submit(Invocation(TracedFunction(call.function), arguments), options: options)
            }
        }

        /// Makes a channel of the other executor.
        public func makeChannel(_ options: ChannelOptions) throws -> any Channel { try base.makeChannel(options) }

        /// Makes a signal of the other executor.
        public func makeCancelSignal() throws -> any CancelSignal { try base.makeCancelSignal() }

        /// Ends the other executor; all spans have ended when this returns.
        @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
        public func shutdown(_ mode: ShutdownMode) {
            base.shutdown(mode)
            starts.endAll()
        }

        /// Ends the other executor; all spans have ended when this returns.
        public func shutdown(_ mode: ShutdownMode) async {
            await base.shutdown(mode)
            starts.endAll()
        }

        /// Makes a span for the task that `submit` queues, and ends it when the task ends or is refused.
        private func traced<Value>(
            _ options: TaskOptions, _ submit: (TaskTrace, any Tracer) throws -> Future<Value>
        ) throws -> Future<Value> {
            let tracer = tracer ?? InstrumentationSystem.tracer
            let trace = starts.begin(tracer.startSpan(spanName))
            if let name = options.name { trace.span.attributes["multitasking.name"] = name }
            do {
                let future = try submit(trace, tracer)
                starts.follow(trace, future)
                return future
            } catch {
                starts.end(trace, as: .failure(error))
                throw error
            }
        }
    }

    extension Executor {
        /// An executor that runs its tasks here, with a span for each; see ``TracedExecutor``.
        ///
        /// ```swift
        /// let pool: any Executor = try chosenPool().traced()
        /// ```
        /// - Throws: as ``TracedExecutor/init(_:tracer:spanName:)`` does.
        public func traced(by tracer: (any Tracer)? = nil, spanName: String = "task") throws -> any Executor {
            try TracedExecutor(self, tracer: tracer, spanName: spanName)
        }
    }

    // What the other executor can do besides, the traced one can as well.

    extension TracedExecutor: InProcessExecutor where Base: InProcessExecutor {
        /// Begins a span and queues the closure on the other executor.
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
        /// Whether the other executor ends tasks that run.
        public var endsRunningTasks: Bool { base.endsRunningTasks }

        /// Begins to end the other executor.
        public func beginShutdown(_ mode: ShutdownMode) { base.beginShutdown(mode) }

        /// Waits for the end of the other executor; all spans have ended then.
        @available(*, noasync, message: "this blocks the thread")
        public func waitUntilShutDown(_ wait: WaitLimit) -> Bool {
            let hasEnded = base.waitUntilShutDown(wait)
            if hasEnded { starts.endAll() }
            return hasEnded
        }
    }

    extension TracedExecutor: SharingExecutor where Base: SharingExecutor {
        /// Shares an array with the tasks of the other executor.
        public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
            try base.share(array)
        }

        /// Shares a value with the tasks of the other executor.
        @_disfavoredOverload
        public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> { try base.share(value) }
    }

    extension TracedExecutor: WorkerExecutor where Base: WorkerExecutor {
        /// Makes a call in every worker, without a span.
        public func everywhere<Function: PortableFunction>(
            _ call: Invocation<Function>
        ) throws -> [Future<Function.Output>] { try base.everywhere(call) }

        /// Changes how many workers the other executor has.
        public func resize(to count: Int) throws { try base.resize(to: count) }

        /// What the finalizers of the other executor's workers have returned.
        public func finalizerResults<Value: Sendable>(as type: Value.Type) throws -> [Result<Value, any Error>] {
            try base.finalizerResults(as: type)
        }
    }

    extension TracedExecutor: HasTimeline where Base: HasTimeline {
        /// The time that the other executor lives in.
        public var timeline: any Timeline { base.timeline }
    }

    extension TracedExecutor: MonitoredExecutor where Base: MonitoredExecutor {
        /// What the other executor has done so far.
        public var statistics: PoolStatistics { base.statistics }
    }

    extension TracedExecutor: CrashRemembering where Base: CrashRemembering {
        /// The last crashes of the other executor's workers.
        public var recentCrashes: [RecentCrash] { base.recentCrashes }
    }

    extension TracedExecutor: InterruptiblePool where Base: InterruptiblePool {
        package func shutDownOnInterrupt(within grace: Duration) throws -> any InterruptHandling {
            try base.shutDownOnInterrupt(within: grace)
        }
    }
#endif
