import MultitaskingCore
import Testing

@Suite struct TaskOptionsTests {
    /// The properties say their defaults beside those of what is kept where anything is asked for.
    @Test func optionsThatAskForOneThing_haveTheDefaultsOfAllOthers() {
        func defaults(_ options: TaskOptions) -> TaskOptions {
            TaskOptions(
                waitForRoom: options.waitForRoom, timeout: options.timeout, queueTimeout: options.queueTimeout,
                gracePeriod: options.gracePeriod, retries: options.retries, priority: options.priority,
                seed: options.seed, output: options.output, resources: options.resources)
        }
        #expect(defaults(.default) == .default)
        #expect(defaults(TaskOptions(name: "one thing")) == .default)
    }

    @Test func optionsWhoseOnlyDemandIsTakenBack_areTheDefaults() {
        var options = TaskOptions(seed: 7)
        #expect(options != .default && options.seed == 7)
        options.seed = nil
        #expect(options == .default && options.hashValue == TaskOptions.default.hashValue)
    }

    @Test func printedOptions_sayWhatIsAskedFor() {
        #expect("\(TaskOptions(seed: 7))".contains("seed: Optional(7)"))
        #expect("\(TaskOptions.default)".contains("priority"))
    }
}
