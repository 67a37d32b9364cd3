#if DEBUG || TESTABLE
    import MultitaskingCore
    @testable import MultitaskingProcesses

    // MARK: What is written down for a timeline

    extension Scenario {
        /// The scenario while everything is recorded, in rings that are full but for one place: what the victim writes
        /// goes over the end and writes over what is there.
        private func recorded(_ name: String) -> Scenario {
            var scenario = self
            scenario.name = "record-\(name)"
            scenario.isRecorded = true
            scenario.prepare = { world in
                try prepare(world)
                world.arena.header.recording.store(1)
                let (ring, tally) = (world.arena.events(of: world.victimIndex), world.arena.tally(world.victimIndex))
                for number in 1..<UInt64(EventRing.limit) { ring.add(.filling(number)) }
                for number in 1..<UInt64(ArenaLayout.spanLimit) { tally.record(.filling(number)) }
                // All of it was read.
                ring.taken.store(ring.count.load())
                tally.spansTaken.store(tally.spanCount.load())
            }
            return scenario
        }

        static var recording: [Scenario] {
            let scenarios = sending + receiving + batches + tasks + rendezvous
            return [
                "send-inline", "send-block", "receive-inline", "send-batch-inline", "receive-batch-inline",
                "task-inline", "task-throws",
            ].compactMap { name in scenarios.first { $0.name == name }?.recorded(name) }
        }
    }

    extension EventRecord.Event {
        fileprivate static func filling(_ number: UInt64) -> Self {
            Self(kind: .born, process: 7, detail: number, start: number, end: number)
        }
    }

    extension SpanRecord.Span {
        fileprivate static func filling(_ number: UInt64) -> Self {
            Self(
                serial: number, function: number, pid: 7, submission: number, start: number, runStart: number,
                encodeStart: number, end: number)
        }
    }

    extension Checks {
        /// Of what the dead had written down, all is whole that is there, and at most what it was just then writing is
        /// not; and others can go on behind it.
        func checkTimeline() throws {
            let ring = world.arena.events(of: world.victimIndex)
            var progress = RingProgress()
            let count = Int(ring.count.load())
            var (events, lost) = ring.take(behind: &progress)
            let late = ring.take(behind: &progress)
            events += late.events
            lost += late.lost
            let overwritten = max(0, count - EventRing.limit)
            try expect(events.count + lost == count, "of \(count) events \(events.count) are whole, \(lost) lost")
            try expect(lost <= overwritten + 1, "\(lost) events are lost, of which \(overwritten) were overwritten")
            for event in events {
                let isRight =
                    switch event.kind {
                    case .born: event == .filling(event.detail)
                    case .sent, .received:
                        event.subject == world.channel.reference.rawValue && event.count > 0 && event.process > 7
                            && event.start > 0 && event.start <= event.end
                    case .died: false
                    }
                try expect(isRight, "an event is not what anybody wrote: \(event)")
            }
            ring.add(.filling(1))
            try expect(ring.take(behind: &progress).events == [.filling(1)], "what is written next is not found")
            try checkSpans()
        }

        private func checkSpans() throws {
            let tally = world.arena.tally(world.victimIndex)
            var progress = RingProgress()
            let count = Int(tally.spanCount.load())
            let (spans, lost) = tally.takeSpans(behind: &progress)
            let overwritten = max(0, count - ArenaLayout.spanLimit)
            try expect(spans.count + lost == count, "of \(count) tasks \(spans.count) are whole, \(lost) lost")
            try expect(lost <= overwritten + 1, "\(lost) tasks are lost, of which \(overwritten) were overwritten")
            for span in spans where span != .filling(span.serial) {
                let times = [span.submission, span.start, span.runStart, span.encodeStart, span.end].filter { $0 != 0 }
                try expect(
                    times == times.sorted() && times.count >= 2 && span.end > 0,
                    "a task is not what anybody wrote: \(span)")
            }
        }
    }
#endif
