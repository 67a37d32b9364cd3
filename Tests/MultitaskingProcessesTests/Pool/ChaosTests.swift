import MultitaskingTestPrograms
import Testing

/// A short run of `chaos`, beside this; `make chaos` is the long one.
@Suite(.serialized)
struct ChaosTests {
    @Test("Whatever dies, every invariant holds")
    func tenSeconds() throws {
        let seed = UInt64.random(in: 1...1_000_000)
        let run = try TestProgram("chaos").run(
            ["--seconds", "10", "--seed", String(seed)], keeping: .standardOutput)
        let text = run.output
        #expect(run.isSuccessful, "\(text)")
        // One line for each invariant, none of which is about nothing.
        #expect(text.split(separator: "\n").count { $0.hasPrefix("ok ") } == 13, "\(text)")
        #expect(!text.contains("submitted 0 ") && !text.contains("sent 0 "), "\(text)")
    }
}
