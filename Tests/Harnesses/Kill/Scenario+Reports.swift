#if DEBUG || TESTABLE
    import MultitaskingCore
    @testable import MultitaskingProcesses

    // MARK: Reports

    extension Scenario {
        /// A task that has reported once reports twice more: over what is empty, and over what is there.
        static var reporting: [Scenario] {
            [[0.1, 0.2, 0.3], [0, 1, 0], [0.5]].enumerated().map { number, fractions in
                let reports = fractions.enumerated().map { index, fraction in
                    TaskReport(fraction, String(repeating: "\(index) of \(fractions.count), ", count: 1 + index * 4))
                }
                var scenario = Scenario("report-\(number)") { world in
                    try world.submit(1, kind: 0, argument: 8)
                    let member = world.arena.member(world.victimIndex)
                    _ = world.arena.tasks.claim(by: member.index) { member.slot.store(SlotNumber(index: $0)) }
                    member.enter(.running)
                    if reports.count > 1 { world.report(reports[0]) }
                } operate: { world in
                    for report in reports.count > 1 ? Array(reports.dropFirst()) : reports { world.report(report) }
                }
                scenario.reports = reports
                return scenario
            }
        }
    }

    extension World {
        /// The victim reports how far its task is.
        fileprivate func report(_ report: TaskReport) {
            let slot = arena.slot(arena.member(victimIndex).slot.load())
            WorkerEnvironment(membership: victim, slot: slot).report(report)
        }
    }
#endif
