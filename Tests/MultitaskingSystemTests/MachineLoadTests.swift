import Testing

@testable import MultitaskingSystem

struct MachineLoadTests {
    /// More than enough of them for any machine.
    private static let many = 1 << 20
    /// The time between two looks at the system.
    private static let step: Int64 = 1_000_000_000

    private func load(_ runnable: Int) -> String { "0.79 1.10 1.19 \(runnable)/\(runnable + 512) 15213\n" }

    /// What it says after each of several numbers, which it reads one after the other.
    private func answers(_ numbers: [Int], members: Int) throws -> [Bool] {
        let system = try FakeSystem([:])
        let machine = MachineLoad(SystemFiles(root: system.root))
        return try numbers.enumerated().map { index, number in
            try system.write("/proc/loadavg", load(number))
            return machine.exceeds(members: members, now: Int64(index + 1) * Self.step)
        }
    }

    @Test func onlyMembersOfThePool_doesNotExceedThem() throws {
        #expect(try answers([3, 3, 3], members: max(3, SpinningCores.count)) == [false, false, false])
    }

    @Test func noMoreThanThereAreCores_doesNotExceedThem() throws {
        let cores = SpinningCores.count
        #expect(try answers([cores, cores], members: 1) == [false, false])
    }

    @Test func othersBesideThePool_exceedIt() throws {
        #expect(try answers([Self.many, Self.many], members: 3) == [true, true])
    }

    /// As a program that runs for a moment, and not at the next look.
    @Test func othersForAMoment_doNotExceedIt() throws {
        #expect(try answers([1, Self.many, 1, Self.many], members: 3) == [false, false, false, false])
    }

    /// As where others sleep for a moment, or members of the pool do.
    @Test func othersExceptForAMoment_exceedIt() throws {
        #expect(try answers([Self.many, 1, Self.many, 1], members: 3) == [true, true, true, true])
    }

    @Test func othersThatComeAndGo_changeTheAnswerAtTheSecondLook() throws {
        let many = Self.many
        #expect(
            try answers([1, many, many, many, 1, 1], members: 3) == [false, false, true, true, true, false])
    }

    @Test func betweenTwoLooks_saysTheSame() throws {
        let system = try FakeSystem([:])
        let machine = MachineLoad(SystemFiles(root: system.root))
        try system.write("/proc/loadavg", load(1))
        #expect(!machine.exceeds(members: 3, now: Self.step))
        try system.write("/proc/loadavg", load(Self.many))
        for time in 1...100 { #expect(!machine.exceeds(members: 3, now: Self.step + Int64(time))) }
    }

    @Test(arguments: ["", "nonsense", "0.1 0.1 0.1", "0.1 0.1 0.1 x/7 1", "0.1 0.1 0.1 /7 1"])
    func aSystemThatDoesNotSay_countsAsBusy(_ text: String) throws {
        let system = try FakeSystem([:])
        try system.write("/proc/loadavg", text)
        #expect(MachineLoad(SystemFiles(root: system.root)).exceeds(members: 1_000, now: 0))
    }

    @Test func withoutTheFile_countsAsBusy() throws {
        let system = try FakeSystem([:])
        #expect(MachineLoad(SystemFiles(root: system.root)).exceeds(members: 1_000, now: 0))
    }
}
