import MultitaskingConformance
import Testing

@Suite struct MachineWorldTests {
    @Test(
        arguments: [
            (.seconds(20), .seconds(20)), (.zero, .milliseconds(1)), (.seconds(Int64.min), .milliseconds(1)),
            (.seconds(Int64.max), .seconds(86_400)),
        ] as [(Duration, Duration)])
    func patienceIsCutToWhatCanBeWaitedFor(_ given: Duration, _ patience: Duration) {
        let world = MachineWorld(patience: given)
        #expect(world.patience == patience && world.caseLimit == patience * 3)
    }
}
