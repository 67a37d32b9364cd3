#if Dashboard
    import MultitaskingCore

    /// Figures in the text format of Prometheus, version 0.0.4, in which all samples of a metric stand together.
    struct PrometheusText: CustomStringConvertible {
        private struct Metric {
            let name: String
            let type: String
            let help: String
            var lines: [String] = []
        }

        private var metrics: [Metric] = []

        /// The text.
        var description: String {
            metrics.map { metric in
                (["# HELP \(metric.name) \(metric.help)", "# TYPE \(metric.name) \(metric.type)"] + metric.lines)
                    .map { $0 + "\n" }.joined()
            }.joined()
        }

        mutating func add(_ statistics: PoolStatistics, of pool: String) {
            let tasks = statistics.tasks
            let pool = ("pool", pool)
            add("workers", "gauge", "Workers at most.", Double(statistics.maxWorkers), [pool])
            add("tasks_submitted_total", "counter", "Tasks submitted.", Double(tasks.submitted), [pool])
            add("tasks_queued", "gauge", "Tasks that wait for a worker.", Double(tasks.queued), [pool])
            add("tasks_running", "gauge", "Tasks that run.", Double(tasks.running), [pool])
            for (outcome, count) in [
                ("succeeded", tasks.succeeded), ("failed", tasks.failed), ("cancelled", tasks.cancelled),
            ] {
                add(
                    "tasks_ended_total", "counter", "Tasks that have ended, by outcome.", Double(count),
                    [pool, ("outcome", outcome)])
            }
            if let retried = tasks.retried {
                add("tasks_retried_total", "counter", "Further attempts at tasks.", Double(retried), [pool])
            }
            for crash in statistics.crashes ?? [] {
                add(
                    "crashes_total", "counter", "Workers that died with a task, by cause.", Double(crash.count),
                    [pool, ("cause", crash.cause)])
            }
            add("queue_time_seconds", "How long tasks waited for a worker.", statistics.queueTime, [pool])
            add("run_time_seconds", "How long tasks ran.", statistics.runTime, [pool])
            if let utilization = statistics.utilization {
                add("utilization", "gauge", "Part of the workers' time with tasks.", utilization, [pool])
            }
            if let memory = statistics.memory {
                add("memory_used_bytes", "gauge", "Bytes held.", Double(memory.used), [pool])
                add("memory_limit_bytes", "gauge", "Bytes that can be held.", Double(memory.limit), [pool])
            }
            for worker in statistics.workers {
                let labels = [pool, ("worker", String(worker.index))]
                add("worker_tasks_total", "counter", "Tasks that ended in a worker.", Double(worker.tasksDone), labels)
                guard let times = worker.times else { continue }
                let parts: [(String, Duration?)] = [
                    ("waiting", times.waiting), ("decoding", times.decoding), ("running", times.running),
                    ("encoding", times.encoding),
                ]
                for case (let part, let time?) in parts {
                    add(
                        "worker_seconds_total", "counter", "What a worker has spent its time on.", time / .seconds(1),
                        labels + [("part", part)])
                }
            }
        }

        mutating func add(_ session: SessionView) {
            let states = [
                ("queued", session.queued), ("running", session.running), ("succeeded", session.succeeded),
                ("failed", session.failed), ("cancelled", session.cancelled),
            ]
            for (state, count) in states {
                add(
                    "session_tasks", "gauge", "Tasks of a session, by state.", Double(count),
                    [("session", session.name), ("state", state)])
            }
        }

        private mutating func add(
            _ name: String, _ help: String, _ times: PoolStatistics.Times?, _ labels: [(String, String)]
        ) {
            guard let times else { return }
            for (quantile, time) in [("0.5", times.p50), ("0.9", times.p90), ("0.99", times.p99)] {
                add(name, "summary", help, time / .seconds(1), labels + [("quantile", quantile)])
            }
            add(name, "summary", help, times.total / .seconds(1), labels, suffix: "_sum")
            add(name, "summary", help, Double(times.count), labels, suffix: "_count")
        }

        private mutating func add(
            _ name: String, _ type: String, _ help: String, _ value: Double, _ labels: [(String, String)],
            suffix: String = ""
        ) {
            let name = "multitasking_" + name
            let pairs = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            let number = Int(exactly: value).map(String.init) ?? String(value)
            let line = "\(name)\(suffix){\(pairs)} \(number)"
            if let index = metrics.firstIndex(where: { $0.name == name }) {
                metrics[index].lines.append(line)
            } else {
                metrics.append(Metric(name: name, type: type, help: help, lines: [line]))
            }
        }

        private static func escaped(_ label: String) -> String {
            // By scalars: a quote with a combining mark is a quote to whoever reads the text.
            label.unicodeScalars.reduce(into: "") { text, scalar in
                switch scalar {
                case "\\": text += "\\\\"
                case "\"": text += "\\\""
                case "\n": text += "\\n"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
    }
#endif
