import MultitaskingTestPrograms
import Testing

/// The closures of `capture-shapes`, which is beside the test program: it makes them, and compares.
@Suite(.serialized)
struct ShapesTests {
    @Test("Closures of 200 written and 120 random shapes return here and in another process what they return in place")
    func shapesReturnTheSame() throws { try expectPass([]) }

    @Test("Closures that are rebuilt 20,000 times leave no memory")
    func rebuiltClosuresLeaveNoMemory() throws { try expectPass(["memory", "20000"]) }

    private func expectPass(_ arguments: [String]) throws {
        let run = try TestProgram("capture-shapes").run(arguments)
        #expect(run.isSuccessful, "capture-shapes: \(run.output)")
    }
}
